import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { validateBacktestConfig } from "../src/index.ts";
import { type AccountRun, type PlainColumns, runAccount } from "./account-runs.ts";
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
});

it("every scenario has a valid configuration", () => {
  fc.assert(
    fc.property(scenarios, ({ config }) => {
      expect(validateBacktestConfig(config)).toStrictEqual(config);
    }),
  );
});
