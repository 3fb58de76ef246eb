import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bootstrapOf,
  createRandomNumbers,
  drawReturnSamples,
  type RandomNumbers,
  type ReturnBootstrapOptions,
  randomEntries,
  resampledReturns,
  returnBootstrap,
  skipReturnSamples,
} from "../src/index.ts";
import { createNumberChoice } from "../src/validation/base/choose-numbers.ts";
import { heldTrades } from "../src/validation/luck/held-trades.ts";
import { createJointSpread, jointSpread, timesOfAll } from "../src/validation/luck/joint-spread.ts";
import { createRandomPlacement } from "../src/validation/luck/random-placement.ts";
import { messageOf } from "./faults.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

/** The next numbers of a generator. */
function nextOf(random: RandomNumbers): readonly number[] {
  return [random.integer(2 ** 32), random.real(), random.integer(7)];
}

function stateOf(random: RandomNumbers): readonly number[] {
  const state = new Int32Array(6);
  random.save(state, 1);
  return Array.from(state);
}

describe("random numbers", () => {
  it("continue from a saved state", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 50 }), (seed, draws) => {
        const random = createRandomNumbers(seed);
        for (let i = 0; i < draws; i++) random.real();
        const state = new Int32Array(6);
        random.save(state, 1);
        const other = createRandomNumbers(0);
        other.restore(state, 1);
        expect(nextOf(other)).toEqual(nextOf(random));
      }),
    );
  });

  it("below a bound are found as if they were drawn one by one", () => {
    const bounds = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, 0.5, 2 ** -27, 1 / 707));
    fc.assert(
      fc.property(seeds, bounds, fc.nat(300), (seed, bound, most) => {
        const [fast, slow] = [createRandomNumbers(seed), createRandomNumbers(seed)];
        let count = 0;
        while (count < most && slow.real() >= bound) count++;
        expect(fast.realsUntil(bound, most)).toBe(count);
        expect(stateOf(fast)).toEqual(stateOf(slow));
      }),
    );
  });

  it("are compared with a bound in all 53 bits", () => {
    for (let seed = 0; seed < 50; seed++) {
      const value = createRandomNumbers(seed).real();
      expect(createRandomNumbers(seed).realsUntil(value, 1)).toBe(1);
      expect(createRandomNumbers(seed).realsUntil(value + 2 ** -53, 1)).toBe(0);
    }
  });

  it("are equally likely below a number that does not divide 2^32", () => {
    // Values from 3 x 2^30 on are drawn again: about a quarter of them.
    const random = createRandomNumbers(3);
    const counts = [0, 0, 0];
    for (let i = 0; i < 3000; i++) {
      const part = Math.floor(random.integer(3 * 2 ** 30) / 2 ** 30);
      counts[part] = (counts[part] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });
});

describe("a choice of numbers", () => {
  it("is the same from a bit set as from a table", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 60 }), fc.nat(40_000), (seed, size, more) => {
        // The algorithm of Bentley and Floyd on a set.
        const random = createRandomNumbers(seed);
        const taken = new Set<number>();
        for (let last = more; last < more + size; last++) {
          const number = random.integer(last + 1);
          taken.add(taken.has(number) ? last : number);
        }
        const choice = createNumberChoice(size);
        for (let round = 0; round < 2; round++) {
          choice.draw(createRandomNumbers(seed), more + size);
          expect(Array.from(choice.chosen)).toEqual([...taken].sort((a, b) => a - b));
        }
      }),
    );
  });
});

describe("samples in parts", () => {
  const equity = Float64Array.from({ length: 200 }, (_, bar) => 100 + 10 * Math.sin(bar / 7) + bar / 10);
  const options: ReturnBootstrapOptions = { equity, years: 1, samples: 40, seed: 6 };

  it("of bar returns are those of one part", () => {
    const whole = returnBootstrap(options);
    const returns = resampledReturns(options);
    if (returns === undefined) throw new Error("no returns");
    for (const size of [1, 7, 40]) {
      const random = createRandomNumbers(6);
      const state = new Int32Array(4);
      const parts = [];
      for (let from = 0; from < 40; from += size) {
        const count = Math.min(size, 40 - from);
        random.save(state, 0);
        const own = createRandomNumbers(0);
        own.restore(state, 0);
        parts.push(drawReturnSamples(returns, own, { count }));
        skipReturnSamples(returns, random, { count });
        expect(stateOf(own)).toEqual(stateOf(random));
      }
      expect(bootstrapOf(returns, 6, parts)).toEqual(whole);
    }
  });

  it("end if the caller throws", () => {
    const returns = resampledReturns(options);
    if (returns === undefined) throw new Error("no returns");
    let drawn = 0;
    const stop = (): void => {
      drawn++;
      if (drawn === 3) throw new Error("stopped");
    };
    for (const draw of [drawReturnSamples, skipReturnSamples]) {
      drawn = 0;
      expect(() => draw(returns, createRandomNumbers(1), { count: 40, onSample: stop })).toThrow("stopped");
    }
    expect(messageOf(() => resampledReturns({ ...options, block: 0 }))).toContain("block");
  });

  it("of placements are skipped with as many numbers as they draw", () => {
    const list = [3, 10, 40].map((entry) => ({
      entryBar: entry,
      barsHeld: 5,
      direction: 1,
      reason: "signal",
      open: false,
    }));
    const placement = createRandomPlacement(heldTrades("A", list, "nextClose", 90), 90);
    const [placed, skipped] = [createRandomNumbers(2), createRandomNumbers(2)];
    placement.place(placed);
    placement.skip(skipped);
    expect(stateOf(placed)).toEqual(stateOf(skipped));
  });
});

describe("random entries", () => {
  it("count samples that are as good if growth is too large for a number", () => {
    const bars = 40;
    const close = Float64Array.from({ length: bars }, (_, bar) => 10 ** (-300 + 15 * bar));
    const time = Float64Array.from({ length: bars }, (_, bar) => bar);
    const trade = { entryBar: 0, barsHeld: 30, direction: 1, reason: "signal", open: false };
    const symbols = ["A", "B"].map((symbol) => ({ symbol, bars: { time, close }, trades: [trade] }));
    const free = {
      feeBps: 0,
      feePerUnit: 0,
      feePerTrade: 0,
      minFee: 0,
      slippageBps: 0,
      spreadBps: 0,
      slippageRange: 0,
    };
    const found = randomEntries({ symbols, fill: "nextClose", costs: free, samples: 30, warmup: 0 });
    expect(found).toMatchObject({ totalReturn: Number.POSITIVE_INFINITY, p: 1 });
    expect(found?.quantiles).toBeUndefined();
  });
});

describe("a joint spread symbol by symbol", () => {
  it("is that of all symbols, whose times are each there once", () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 4, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(times, { minLength: 2, maxLength: 5 }), (lists) => {
        const symbols = lists.map((list, place) => {
          const time = Float64Array.from(list).sort();
          const value = Float64Array.from(time, (at) => 100 + Math.sin(at + place / 3));
          const trade = { entryBar: place % 2, barsHeld: 2, direction: 1, reason: "signal", open: false };
          return { time, points: { value }, trades: heldTrades("A", [trade], "nextClose", time.length - 1) };
        });
        const union = timesOfAll(symbols);
        expect(Array.from(union)).toEqual([...new Set(lists.flat())].sort((a, b) => a - b));
        const spread = createJointSpread(union);
        for (const symbol of symbols) spread.add(symbol);
        expect(spread.value()).toBe(jointSpread(symbols));
        expect(spread.value()).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});
