import { bench, describe } from "vitest";
import { compute, createStream } from "../src/index.ts";
import { randomWalk } from "./price-walks.ts";

const bars = 1_000_000;
const close = randomWalk(bars);
const options = { time: 3000, warmupTime: 500 };

// A run of a million bars: milliseconds a run are nanoseconds a bar.
describe("a million bars", () => {
  bench("every output", () => void compute({ close }), options);
  bench("averageSignal", () => void compute({ close }, {}, { outputs: ["averageSignal"] }), options);
  bench(
    "averageSignal, tradingview",
    () => {
      compute({ close }, { dialect: "tradingview" }, { outputs: ["averageSignal"] });
    },
    options,
  );
  bench(
    "averageSignal into an array of the caller",
    () => {
      const averageSignal = new Float64Array(bars);
      createStream({}, { outputs: ["averageSignal"] }).pushInto({ close }, { averageSignal });
    },
    options,
  );
  bench("ema alone", () => void compute({ close }, {}, { outputs: ["ema"] }), options);
});

describe("one bar", () => {
  const stream = createStream({}, { outputs: ["averageSignal", "direction"] });
  let bar = 0;
  bench("pushBar", () => {
    stream.pushBar({ close: close[bar++ % bars] as number });
  });
});
