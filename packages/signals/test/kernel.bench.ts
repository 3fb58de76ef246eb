import type { SignalConfig } from "@atc/contract";
import { bench, describe } from "vitest";
import { compute, createStream, type SignalOutput, signalOutputs } from "../src/index.ts";
import { randomWalk } from "./price-walks.ts";

const bars = 100_000;
// Longer than a branch predictor can memorise.
const close = randomWalk(20 * bars);
const options = { iterations: 20, time: 0, warmupIterations: 3, warmupTime: 0 };

/** The next bars of an endless stream; at the end of the series, it starts again. */
function streaming(outputs: readonly SignalOutput[], config: Partial<SignalConfig> = {}): () => void {
  const stream = createStream(config, { outputs });
  const targets = Object.fromEntries(outputs.map((output) => [output, new Float64Array(bars)]));
  return () => {
    const from = stream.position % close.length;
    stream.pushInto({ close: close.subarray(from, from + bars) }, targets);
  };
}

// Milliseconds times ten are nanoseconds per bar.
describe("100,000 bars", () => {
  bench("every output", streaming(signalOutputs), options);
  bench("averageSignal", streaming(["averageSignal"]), options);
  bench("averageSignal, tradingview", streaming(["averageSignal"], { dialect: "tradingview" }), options);
  bench(
    "averageSignal, averages of 200 bars",
    streaming(["averageSignal"], { emaLength: 200, hmaLength: 200 }),
    options,
  );
  bench("ema only", streaming(["ema"]), options);
  bench("compute, every output", () => void compute({ close: close.subarray(0, bars) }), options);
});

describe("one bar", () => {
  const stream = createStream({}, { outputs: ["averageSignal", "direction"] });
  bench("pushBar", () => {
    stream.pushBar({ close: close[stream.position % close.length] as number });
  });
});
