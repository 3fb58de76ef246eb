import type { BacktestConfig } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillReasons, validateBacktestConfig } from "../src/index.ts";
import { type AccountRun, type PlainColumns, runAccount, type SymbolBars } from "./account-runs.ts";
import { type ReferenceRun, simulate } from "./reference/simulate.ts";
import { type Scenario, scenarios } from "./scenarios.ts";

const runs = { numRuns: 500 };

function near(actual: number, expected: number, tolerance: number, what: string): void {
  const isNear = Math.abs(actual - expected) <= tolerance || Object.is(actual, expected);
  if (!isNear) expect(actual, `${what} (within ${tolerance})`).toBe(expected);
}

function run({ bars, config }: Scenario, blockLength?: number): AccountRun {
  return runAccount(bars, config, blockLength === undefined ? {} : { blockLength });
}

const sum = (values: readonly unknown[] | undefined): number =>
  (values ?? []).reduce<number>((total, value) => total + (value as number), 0);

/** The tolerance of all laws, in money. */
function scaleOf({ config }: Scenario, { totals }: AccountRun): number {
  return 1e-9 * Math.max(config.initialCapital, totals.traded);
}

function agreeColumns(
  actual: PlainColumns,
  expected: readonly object[],
  tolerances: Record<string, (row: Record<string, number>) => number>,
  what: string,
): void {
  expect((actual["symbol"] ?? []).length, `${what}: rows`).toBe(expected.length);
  expected.forEach((row, i) => {
    for (const [name, value] of Object.entries(row)) {
      const own = actual[name]?.[i];
      const tolerance = tolerances[name]?.(row as Record<string, number>);
      const where = `${what} ${i}.${name}`;
      if (tolerance === undefined) expect(Number.isNaN(own) ? null : own, where).toBe(value);
      else if (value !== null) near(own as number, value, tolerance, where);
      else expect(own, where).toBeNaN();
    }
  });
}

/** Compares an account with the reference: what happens is equal, and money within 1e-9. */
function agree(own: AccountRun, reference: ReferenceRun, money: number): void {
  const { state } = reference;
  const price = (value: number | undefined): number => 1e-9 * Math.max(1, Math.abs(value as number));
  agreeColumns(
    own.fills,
    state.fills.map(({ bar: _bar, ...fill }) => fill),
    {
      quantity: (row) => money / (row["price"] as number) + price(row["quantity"]),
      price: (row) => price(row["price"]),
      fee: () => money,
      slippage: () => money,
    },
    "fill",
  );
  reference.equity.forEach((value, i) => {
    near(own.equity[i] as number, value, money, `equity ${i}`);
    near(own.cash[i] as number, reference.cash[i] as number, money, `cash ${i}`);
    const exposure = reference.exposure[i] as number;
    near(own.exposure[i] as number, exposure, (1 + Math.abs(exposure)) * (money / Math.abs(value)), `exposure ${i}`);
  });
  expect(own.time).toStrictEqual(reference.time);
  agreeColumns(
    own.trades,
    reference.trades,
    {
      quantity: (row) => money / (row["entryPrice"] as number) + price(row["quantity"]),
      entryPrice: (row) => price(row["entryPrice"]),
      exitPrice: (row) => price(row["exitPrice"]),
      fees: () => money,
      slippage: () => money,
      profit: () => money,
      return: (row) =>
        money / Math.abs((row["quantity"] as number) * (row["entryPrice"] as number)) + price(row["return"]),
      mae: (row) => price(row["mae"]),
      mfe: (row) => price(row["mfe"]),
    },
    "trade",
  );
  const { totals } = own;
  for (const name of ["fees", "slippage", "traded", "borrowCost", "marginInterest", "cashInterest"] as const)
    near(totals[name], state[name], money, name);
  expect(totals.heldBars).toBe(reference.heldBars);
  expect(totals.bankruptAt === undefined ? undefined : Number(totals.bankruptAt)).toBe(state.bankruptAt);
}

/** The units held by symbol after all fills up to a time. */
function unitsAt({ fills }: AccountRun, time: number): Map<string, number> {
  const units = new Map<string, number>();
  fills["time"]?.forEach((at, i) => {
    const symbol = fills["symbol"]?.[i] as string;
    if ((at as number) <= time) units.set(symbol, (units.get(symbol) ?? 0) + (fills["quantity"]?.[i] as number));
  });
  return units;
}

function lastClose({ time, close }: SymbolBars, now: number): number {
  return close[time.findLastIndex((at) => at <= now)] ?? 0;
}

/** Only the first `count` account times. */
function firstTimes({ bars, config }: Scenario, times: readonly number[], count: number): Scenario {
  const end = times[count - 1] as number;
  const cut = <Column extends readonly number[] | undefined>(column: Column, rows: number): Column =>
    column?.slice(0, rows) as Column;
  const shortened = bars.map((one) => {
    const rows = one.time.filter((time) => time <= end).length;
    return {
      symbol: one.symbol,
      time: cut(one.time, rows),
      open: cut(one.open, rows),
      high: cut(one.high, rows),
      low: cut(one.low, rows),
      close: cut(one.close, rows),
      directions: cut(one.directions, rows),
      strengths: cut(one.strengths, rows),
      entries: cut(one.entries, rows),
    };
  });
  return { bars: shortened, config };
}

/** The time of a recovery means nothing while there is none. */
function withoutStaleTimes(own: AccountRun): AccountRun {
  const { statistics } = own.totals;
  const recoveryTime = statistics.recoveryBar < 0 ? 0n : statistics.recoveryTime;
  return { ...own, totals: { ...own.totals, statistics: { ...statistics, recoveryTime } } };
}

function times(column: readonly number[] | undefined, factor: number): readonly number[] | undefined {
  return column?.map((value) => value * factor);
}

/** A configuration whose results scale with the capital. */
function proportional(config: BacktestConfig): BacktestConfig {
  const isFixed = config.sizing === "fixedNotional" || config.sizing === "fixedQuantity";
  return {
    ...config,
    feePerTrade: 0,
    feePerUnit: 0,
    minFee: 0,
    lotSize: 0,
    minNotional: 0,
    sizing: isFixed ? "allIn" : config.sizing,
  };
}

describe("an account of random bars and keys", () => {
  it("agrees with a naive event-by-event reference of the specification", () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const own = run(scenario);
        agree(own, simulate(scenario.bars, scenario.config), scaleOf(scenario, own));
      }),
      runs,
    );
  });

  it("has the equity of its cash and of what its fills left, at every time", () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const own = run(scenario);
        own.time.forEach((time, i) => {
          const units = unitsAt(own, time);
          const worth = scenario.bars.map((one) => (units.get(one.symbol) ?? 0) * lastClose(one, time));
          near(own.equity[i] as number, (own.cash[i] as number) + sum(worth), scaleOf(scenario, own), `equity ${i}`);
        });
      }),
      runs,
    );
  });

  it("gains what its trades gained, and the interest, and nothing else", () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const own = run(scenario);
        const { cashInterest, marginInterest, borrowCost } = own.totals;
        const gained = (own.equity.at(-1) as number) - scenario.config.initialCapital;
        const explained = sum(own.trades["profit"]) + cashInterest - marginInterest - borrowCost;
        near(gained, explained, scaleOf(scenario, own), "gain");
      }),
      runs,
    );
  });

  it("pays the same fees and slippage over fills and over trades", () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const own = run(scenario);
        const tolerance = scaleOf(scenario, own);
        near(sum(own.fills["fee"]), own.totals.fees, tolerance, "fees of fills");
        near(sum(own.trades["fees"]), own.totals.fees, tolerance, "fees of trades");
        near(sum(own.fills["slippage"]), own.totals.slippage, tolerance, "slippage of fills");
        near(sum(own.trades["slippage"]), own.totals.slippage, tolerance, "slippage of trades");
        const notionals = own.fills["quantity"]?.map(
          (quantity, i) => Math.abs(quantity as number) * (own.fills["price"]?.[i] as number),
        );
        near(sum(notionals), own.totals.traded, tolerance, "traded");
      }),
      runs,
    );
  });

  it("keeps its capital exactly without a decision and without interest", () => {
    fc.assert(
      fc.property(scenarios, ({ bars, config }) => {
        const idle = bars.map((one) => ({
          ...one,
          directions: one.directions.map(() => 0),
          strengths: one.strengths?.map(() => 0),
        }));
        const { equity, fills } = run({ bars: idle, config: { ...config, cashRate: 0 } });
        expect(new Set(equity)).toStrictEqual(new Set([config.initialCapital]));
        expect(fills).toStrictEqual({});
      }),
    );
  });

  it("lists excursions that contain the outcome", () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const { trades } = run(scenario);
        trades["direction"]?.forEach((direction, i) => {
          const at = (name: string): number => trades[name]?.[i] as number;
          const outcome = (direction as number) * (at("exitPrice") / at("entryPrice") - 1);
          expect(at("mae")).toBeLessThanOrEqual(outcome + 1e-9 * (1 + Math.abs(outcome)));
          expect(at("mfe")).toBeGreaterThanOrEqual(outcome - 1e-9 * (1 + Math.abs(outcome)));
        });
      }),
      runs,
    );
  });

  it("does not look ahead: later bars change nothing before them", () => {
    fc.assert(
      fc.property(scenarios, fc.nat(), (scenario, cut) => {
        const held: Scenario = { ...scenario, config: { ...scenario.config, delisting: "hold" } };
        const whole = run(held);
        const count = 1 + (cut % whole.time.length);
        const early = run(firstTimes(held, whole.time, count));
        expect(early.equity).toStrictEqual(whole.equity.slice(0, count));
        expect(early.cash).toStrictEqual(whole.cash.slice(0, count));
        const fills = early.fills["time"]?.length ?? 0;
        for (const [name, values] of Object.entries(early.fills))
          expect(values, name).toStrictEqual(whole.fills[name]?.slice(0, fills));
      }),
      runs,
    );
  });

  it("fills no decision in its own bar: the last decisions change nothing", () => {
    fc.assert(
      fc.property(scenarios, ({ bars, config }) => {
        const changed = bars.map((one) => ({
          ...one,
          directions: one.directions.map((value, i) => (i === one.directions.length - 1 ? 0 : value)),
          strengths: one.strengths?.map((value, i) => (i === one.directions.length - 1 ? 0 : value)),
        }));
        expect(run({ bars: changed, config }).fills).toStrictEqual(run({ bars, config }).fills);
      }),
    );
  });

  it("scales with its capital", () => {
    fc.assert(
      fc.property(scenarios, ({ bars, config }) => {
        const once = proportional(config);
        const own = run({ bars, config: once });
        const scaled = run({ bars, config: { ...once, initialCapital: 4 * once.initialCapital } });
        // A power of two changes no digit.
        expect(scaled.equity).toStrictEqual(own.equity.map((value) => 4 * value));
        expect(scaled.fills["price"]).toStrictEqual(own.fills["price"]);
      }),
    );
  });

  it("depends on price ratios only", () => {
    fc.assert(
      fc.property(scenarios, ({ bars, config }) => {
        const once = proportional(config);
        const dearer = bars.map((one) => ({
          ...one,
          open: times(one.open, 8),
          high: times(one.high, 8),
          low: times(one.low, 8),
          close: times(one.close, 8) as readonly number[],
        }));
        expect(run({ bars: dearer, config: once }).equity).toStrictEqual(run({ bars, config: once }).equity);
      }),
    );
  });

  it("gives the same bits in blocks of any length", () => {
    fc.assert(
      fc.property(scenarios, fc.integer({ min: 1, max: 60 }), (scenario, blockLength) => {
        expect(withoutStaleTimes(run(scenario, blockLength))).toStrictEqual(withoutStaleTimes(run(scenario)));
      }),
      runs,
    );
  });

  it("is the same whether it is shared or not, if it has one symbol", () => {
    fc.assert(
      fc.property(scenarios, ({ bars, config }) => {
        const one = bars.slice(0, 1);
        const shared = { ...config, account: "shared", weights: "equal", delisting: "hold" } as const;
        const { totals: own, ...separate } = runAccount(one, { ...config, account: "separate" });
        const { totals, ...together } = runAccount(one, { ...shared, maxPositions: 0 });
        expect(together).toStrictEqual(separate);
        expect(totals).toStrictEqual(own);
        expect(runAccount(one, shared, { alone: true })).toStrictEqual({ ...separate, totals });
      }),
    );
  });

  it("has the gross equity of an account without costs", () => {
    fc.assert(
      fc.property(scenarios, ({ bars, config }) => {
        const free = {
          feeBps: 0,
          feePerUnit: 0,
          feePerTrade: 0,
          minFee: 0,
          slippageBps: 0,
          spreadBps: 0,
          slippageRange: 0,
          borrowRate: 0,
          marginRate: 0,
          cashRate: 0,
        };
        const { grossEquity, totals } = run({ bars, config });
        expect(grossEquity).toStrictEqual(run({ bars, config: { ...config, ...free } }).equity);
        expect(totals.grossEquity).toBe(grossEquity.at(-1));
      }),
      runs,
    );
  });
});

describe("the scenarios", () => {
  it("have valid configurations", () => {
    fc.assert(
      fc.property(scenarios, ({ config }) => {
        expect(validateBacktestConfig(config)).toStrictEqual(config);
      }),
    );
  });

  it("reach every reason", () => {
    const seen = new Set<unknown>();
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const { fills, trades } = run(scenario);
        for (const reason of [...(fills["reason"] ?? []), ...(trades["reason"] ?? [])]) seen.add(reason);
      }),
      { ...runs, seed: 1 },
    );
    expect(seen).toStrictEqual(new Set(fillReasons));
  });
});
