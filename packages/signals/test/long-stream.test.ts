import { averageKinds, signalDefaults } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { createStream } from "../src/index.ts";
import { kernels, under } from "./kernels.ts";
import { naiveAverage } from "./naive-signals.ts";
import { seededRandom } from "./price-walks.ts";

/** Bars of the stream: 5 million, or 100 million if ATC_LONG is 1. */
const bars = process.env["ATC_LONG"] === "1" ? 100_000_000 : 5_000_000;
const chunk = 65_536;

/** Fills `prices` with a walk between 50 and 200 that has a few bad ticks; returns its last price. */
function walkOn(prices: Float64Array, from: number, random: () => number): number {
  let price = from;
  for (let i = 0; i < prices.length; i++) {
    price *= 1 + (random() - 0.5) / 100 + (price < 60 ? 0.002 : price > 150 ? -0.002 : 0);
    prices[i] = random() < 1e-5 ? price * 1e6 : price;
  }
  return price;
}

interface LongRun {
  readonly tail: Float64Array;
  readonly last: Readonly<Record<string, number>>;
  readonly grownMb: number;
}

/** Streams all bars and keeps the prices of the last chunk. */
function streamAll(): LongRun {
  using stream = createStream({}, { outputs: [...averageKinds, "direction"] });
  const random = seededRandom(9);
  const prices = new Float64Array(chunk);
  const targets = Object.fromEntries(stream.outputs.map((output) => [output, new Float64Array(chunk)]));
  const used = (): number => process.memoryUsage().arrayBuffers + process.memoryUsage().external;
  let before = 0;
  let price = 100;
  while (stream.position < bars) {
    price = walkOn(prices, price, random);
    stream.pushInto({ close: prices }, targets);
    if (before === 0) before = used();
  }
  const last = Object.fromEntries(stream.outputs.map((output) => [output, targets[output]?.at(-1) as number]));
  return { tail: prices.slice(-5000), last, grownMb: (used() - before) / 1e6 };
}

describe.each(kernels)(`over ${bars / 1e6} million bars streamed through the kernel %s`, (kernel) => {
  it("averages equal those of the last window computed from scratch, and memory does not grow", {
    timeout: 600_000,
  }, () => {
    const { tail, last, grownMb } = under(kernel, streamAll);
    const errors = averageKinds.map((kind) => {
      // Long enough for a recursive average to forget its start.
      const exact = naiveAverage(kind, [...tail], signalDefaults[`${kind}Length`], signalDefaults).at(-1) as number;
      return [kind, Math.abs((last[kind] as number) / exact - 1)] as const;
    });
    console.log(
      `${kernel}, bar ${bars}: ${errors.map(([kind, error]) => `${kind} ${error.toExponential(1)}`).join(", ")}; memory grew by ${grownMb.toFixed(1)} MB`,
    );
    for (const [kind, error] of errors) expect([kind, error < 1e-9]).toEqual([kind, true]);
    expect(grownMb).toBeLessThan(5);
  });
});
