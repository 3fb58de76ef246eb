import { type BacktestConfig, backtestDefaults } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { type AccountRows, createAccount, createSimulator } from "../src/index.ts";
import { runAccount, type SymbolBars } from "./account-runs.ts";
import { day, days } from "./given.ts";
import { simulate } from "./reference/simulate.ts";

const shared: BacktestConfig = { ...backtestDefaults, account: "shared" };

function flat(symbol: string, close: readonly number[], directions: readonly number[]): SymbolBars {
  return { symbol, time: days(close.length), open: close, high: close, low: close, close, directions };
}

interface Rows {
  readonly times: readonly number[];
  readonly symbols?: readonly number[];
  readonly directions?: readonly number[];
  readonly strengths?: readonly number[];
}

function rowsOf({ times, symbols, directions, strengths }: Rows): AccountRows {
  return {
    times: BigInt64Array.from(times, BigInt),
    close: new Float64Array(times.length).fill(10),
    directions: Int8Array.from(directions ?? times.map(() => 1)),
    ...(symbols === undefined ? {} : { symbols: Int32Array.from(symbols) }),
    ...(strengths === undefined ? {} : { strengths: Float64Array.from(strengths) }),
  };
}

function push(config: BacktestConfig, rows: Rows): number {
  const symbols = ["AAA", "BBB"].slice(0, config.account === "shared" ? 2 : 1).map((name) => ({ name, bars: 9 }));
  const points = { times: new BigInt64Array(rows.times.length), equity: new Float64Array(rows.times.length) };
  return createAccount(config, { symbols }).push(rowsOf(rows), points);
}

describe("the rows of an account", () => {
  it("of one symbol may have equal times, each a time of its own", () => {
    expect(push(backtestDefaults, { times: [5, 5, 6] })).toBe(3);
  });

  it("of a shared account are counted by time", () => {
    expect(push(shared, { times: [5, 5, 6], symbols: [0, 1, 0] })).toBe(2);
    expect(push(shared, { times: [], symbols: [] })).toBe(0);
  });

  it("of a shared account are refused if a symbol has two at a time", () => {
    expect(() => push(shared, { times: [day, day], symbols: [1, 1] })).toThrow(
      expect.objectContaining({
        code: "ATC_INVALID_DATA",
        message: expect.stringMatching(/"BBB" at 1970-01-02T00:00:00.000Z: the time occurs twice/),
      }),
    );
  });

  it("of a shared account are refused if they are not in order of time and symbol", () => {
    for (const rows of [
      { times: [6, 5], symbols: [0, 0] },
      { times: [5, 5], symbols: [1, 0] },
    ])
      expect(() => push(shared, rows)).toThrow(
        expect.objectContaining({ code: "ATC_INVALID_ARGUMENT", message: expect.stringMatching(/out of order/) }),
      );
  });

  it("are refused if a direction is unknown, with its symbol and bar", () => {
    expect(() => push(shared, { times: [5, 5, 6], symbols: [0, 1, 1], directions: [0, 0, 2] })).toThrow(
      expect.objectContaining({
        code: "ATC_INVALID_ARGUMENT",
        message: expect.stringMatching(/"BBB" at bar 1: the direction is 2/),
      }),
    );
  });

  it("are refused if a strength is not finite", () => {
    for (const strength of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => push(shared, { times: [5, 6], symbols: [0, 0], strengths: [1, strength] })).toThrow(
        expect.objectContaining({ code: "ATC_INVALID_ARGUMENT", message: expect.stringMatching(/"AAA" at bar 1/) }),
      );
  });
});

describe("the symbols of an account", () => {
  const symbols = [{ name: "AAA", bars: 1 }];

  it("include every symbol that has a weight", () => {
    expect(() => createAccount({ ...shared, weights: { AAA: 1, ZZZ: 1 } }, { symbols })).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_CONFIG", message: expect.stringMatching(/weights.*"ZZZ"/) }),
    );
  });

  it("need not include a symbol with a weight that is left out of the account", () => {
    expect(() =>
      createAccount({ ...shared, weights: { AAA: 1, ZZZ: 1 } }, { symbols, skipped: ["ZZZ"] }),
    ).not.toThrow();
  });

  it("are one if the account is not shared", () => {
    expect(() => createAccount(backtestDefaults, { symbols: [...symbols, { name: "BBB", bars: 1 }] })).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }),
    );
  });
});

describe("extreme bars", () => {
  for (const scale of [1e-300, 1e300])
    it(`of prices at ${scale} give the results of ordinary prices`, () => {
      const close = [1, 2, 4, 3, 3.5, 2, 5].map((price) => price * scale);
      const directions = [1, 1, -1, -1, 0, 1, 1];
      for (const config of [
        { ...backtestDefaults, stopLoss: 0.3, trailingStop: 0.4 },
        { ...backtestDefaults, rebalance: "everyBar", feePerTrade: 1 },
        { ...shared, sizing: "volatilityTarget", size: 1, volatilityLookback: 2 },
      ] satisfies BacktestConfig[]) {
        const own = runAccount([flat("AAA", close, directions)], config);
        const ordinary = runAccount(
          [
            flat(
              "AAA",
              close.map((price) => price / scale),
              directions,
            ),
          ],
          config,
        );
        own.equity.forEach((value, i) => {
          expect(value).toBeCloseTo(ordinary.equity[i] as number, 6);
        });
        expect(own.trades["reason"]).toStrictEqual(ordinary.trades["reason"]);
      }
    });

  it("that jump from the smallest to the largest price end in an infinite equity, not in a loop", () => {
    const run = runAccount([flat("AAA", [1e-300, 1e-300, 1e300, 1e300], [1, 1, 0, 0])], shared);
    expect(run.equity.slice(0, 2)).toStrictEqual([10_000, 9990]);
    expect(run.equity.slice(2).some(Number.isFinite)).toBe(false);
  });

  it("may be a single one, which has no fill", () => {
    const run = runAccount([flat("AAA", [10], [1])], shared);
    expect([run.equity, run.fills, run.trades]).toStrictEqual([[10_000], {}, {}]);
    expect([run.totals.bars, run.totals.heldBars, run.totals.bankruptAt]).toStrictEqual([1, 0, undefined]);
  });

  it("may be the first fill and the last bar at once", () => {
    const { trades, fills } = runAccount([flat("AAA", [10, 10], [1, 1])], shared);
    expect([fills["reason"], trades["reason"], trades["barsHeld"]]).toStrictEqual([["signal"], ["endOfData"], [0]]);
    expect(trades["profit"]).toStrictEqual([-10]);
  });

  it("of equal times are each a time of the account, also under a schedule", () => {
    const bars = { ...flat("AAA", [10, 11, 12, 11, 13], [1, 1, 1, 1, 1]), time: [5, 5, 5, 6, 6] };
    const config: BacktestConfig = { ...backtestDefaults, rebalance: "bars:2", borrowRate: 0.1 };
    const run = runAccount([bars], config);
    const reference = simulate([bars], config);
    expect(run.fills["time"]).toStrictEqual(reference.state.fills.map(({ time }) => time));
    run.equity.forEach((value, i) => {
      expect(value).toBeCloseTo(reference.equity[i] as number, 6);
    });
  });
});

describe("lots", () => {
  it("count a quantity that is a multiple but for its rounding", () => {
    // 0.3 / 0.1 is 2.9999999999999996 in binary.
    const config: BacktestConfig = { ...backtestDefaults, sizing: "fixedQuantity", size: 0.3, lotSize: 0.1 };
    const { fills } = runAccount([flat("AAA", [64, 64], [1, 1])], config);
    expect(fills["quantity"]).toStrictEqual([0.1 * 3]);
  });
});

describe("ticks", () => {
  it("accrue interest and rebalance by nanoseconds", () => {
    const hour = 3_600_000n * 1_000_000n;
    const start = BigInt(Date.UTC(2021, 0, 1, 20)) * 1_000_000n;
    const times = BigInt64Array.from({ length: 8 }, (_, i) => start + BigInt(i) * hour);
    const close = Float64Array.of(10, 11, 12, 11, 13, 12, 11, 12);
    const config: BacktestConfig = { ...backtestDefaults, rebalance: "daily", cashRate: 0.1, side: "long" };
    const sized: BacktestConfig = { ...config, sizing: "fixedFraction", size: 0.5 };
    const equity = new Float64Array(8);
    const fillTimes: bigint[] = [];
    const account = createSimulator(sized, {
      timeUnit: "ns",
      onFills: ({ time }) => fillTimes.push(...time),
    });
    account.push({ times, close, directions: new Int8Array(8).fill(1) }, { times, equity });
    account.finish();
    const ms = [...times].map((time) => Number(time / 1_000_000n));
    const bars = { symbol: "", time: ms, close: [...close], directions: [1, 1, 1, 1, 1, 1, 1, 1] };
    const reference = simulate([bars], sized);
    expect(fillTimes).toStrictEqual(reference.state.fills.map(({ time }) => BigInt(time) * 1_000_000n));
    expect(fillTimes).toHaveLength(2);
    equity.forEach((value, i) => {
      expect(value).toBeCloseTo(reference.equity[i] as number, 8);
    });
  });
});

describe("the totals of a shared account", () => {
  it("have the bars and closes of each symbol", () => {
    const bars = [flat("AAA", [10, 11, 12], [1, 1, 1]), flat("BBB", [20, 21], [0, 0])];
    const { totals } = runAccount(bars, shared);
    expect(totals.symbols).toStrictEqual([
      { bars: 3, heldBars: 2, firstClose: 10, lastClose: 12 },
      { bars: 2, heldBars: 0, firstClose: 20, lastClose: 21 },
    ]);
    expect([totals.bars, totals.rows, totals.heldBars, totals.longBars, totals.shortBars]).toStrictEqual([
      3, 5, 2, 2, 0,
    ]);
  });
});
