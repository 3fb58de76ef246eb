import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createVolatility } from "../src/simulation/volatility.ts";
import { volatilityAt } from "./reference/volatility.ts";

const hour = 3_600_000;

/** The volatility at each close, in blocks. */
function volatilities(close: readonly number[], times: readonly number[], lookback: number, length: number): number[] {
  const volatility = createVolatility(1, lookback);
  const own: number[] = [];
  for (let from = 0; from < close.length; from += length) {
    const block = Float64Array.from(close.slice(from, from + length));
    const into = new Float64Array(block.length);
    const bars = { length: block.length, symbols: new Int32Array(block.length), close: block };
    volatility.push(bars, Float64Array.from(times.slice(from, from + length)), into);
    own.push(...into);
  }
  return own;
}

const moves = fc.array(
  fc.record({
    move: fc.oneof(
      fc.constant(0),
      fc.integer({ min: -900, max: 2000 }).map((step) => step / 1000),
    ),
    gap: fc.integer({ min: 0, max: 5 }),
  }),
  { minLength: 1, maxLength: 120 },
);

describe("the volatility", () => {
  it("is that of a window of its own at each bar, in blocks of any length", () => {
    fc.assert(
      fc.property(
        moves,
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 1, max: 50 }),
        (steps, lookback, length) => {
          let price = 100;
          let time = 0;
          const bars = steps.map(({ move, gap }) => {
            price *= 1 + move;
            time += gap * hour;
            return { close: price, time };
          });
          const own = volatilities(
            bars.map(({ close }) => close),
            bars.map(({ time: at }) => at),
            lookback,
            length,
          );
          bars.forEach((_, u) => {
            const expected = volatilityAt(bars, u, lookback);
            if (expected === undefined) expect(own[u]).toBeNaN();
            else expect(Math.abs((own[u] as number) / expected - 1)).toBeLessThan(1e-10);
          });
        },
      ),
    );
  });

  it("forgets a return that is not finite after its window", () => {
    const close = [1, 1e-300, 1e300, 1, 2, 3, 2, 4];
    const times = close.map((_, i) => i * hour);
    const own = volatilities(close, times, 2, 3);
    expect(own.map(Number.isFinite)).toStrictEqual([false, false, false, false, true, true, true, true]);
    expect(own.slice(4)).toStrictEqual(volatilities(close.slice(2), times.slice(2), 2, 3).slice(2));
  });
});
