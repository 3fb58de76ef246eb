import { readFileSync } from "node:fs";
import type { BacktestConfig } from "@atc/contract";
import { createKernelMemory } from "@atc/plugin-kit";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { backtestSeries, createManySimulator, memorySeries, simulateMany } from "../src/index.ts";
import { accountCode } from "../src/simulation/fast/account-kernel.ts";
import { groupMembers, groupSize } from "../src/simulation/fast/group-state.ts";
import { workLength } from "../src/simulation/fast/working-rows.ts";
import { given } from "./given.ts";

const kernels = ["wasm", "reference"] as const;
const chosen = process.env["ATC_KERNEL"];
afterEach(() => {
  if (chosen === undefined) delete process.env["ATC_KERNEL"];
  else process.env["ATC_KERNEL"] = chosen;
});

const day = 86_400_000;
const settings = fc.record({
  feeBps: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 300, noNaN: true })),
  slippageBps: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 900, noNaN: true })),
  side: fc.constantFrom<BacktestConfig["side"][]>("both", "both", "long", "short"),
  initialCapital: fc.double({ min: 1, max: 1e6, noNaN: true }),
});
const account = fc.record({
  settings,
  directions: fc.array(fc.constantFrom(-1, 0, 1), { minLength: 1, maxLength: 40 }),
  repeats: fc.constantFrom(1, 2, 9),
});
const cases = fc.record({
  steps: fc.array(fc.double({ min: -0.3, max: 0.6, noNaN: true }), { minLength: 1, maxLength: 150 }),
  gap: fc.double({ min: -0.1, max: 0.1, noNaN: true }),
  fill: fc.constantFrom<BacktestConfig["fill"][]>("nextOpen", "nextClose"),
  hasOpen: fc.boolean(),
  riskFreeRate: fc.constantFrom(0, 0.03, -0.01),
  barsPerYear: fc.constantFrom(undefined, 252),
  accounts: fc.array(account, { minLength: 1, maxLength: 19 }),
});

type Case = typeof cases extends fc.Arbitrary<infer C> ? C : never;

function barsOf({ steps, gap, hasOpen, accounts }: Case) {
  let price = 100;
  const close = Float64Array.from(steps, (step) => {
    price *= 1 + step;
    return price;
  });
  const open = close.map((_, i) => (close[i - 1] ?? 100) * (1 + gap));
  const times = BigInt64Array.from(steps, (_, i) => BigInt(i * day));
  const directions = accounts.map(({ directions: some, repeats }) =>
    Int8Array.from(steps, (_, i) => some[Math.floor(i / repeats) % some.length] as number),
  );
  return { times, close, directions, ...(hasOpen ? { open } : {}) };
}

/** The figures of one account by a backtest of its own. */
function separate(one: Case, index: number) {
  const { times, close, open, directions } = barsOf(one);
  const { fill, riskFreeRate, barsPerYear } = one;
  const config = { ...one.accounts[index]?.settings, fill, riskFreeRate, barsPerYear };
  const columns = { timestamp: times, close, ...(open === undefined ? {} : { open }) };
  const strategy = given(directions[index] as Int8Array);
  const { metrics, equity, totals } = backtestSeries(memorySeries("X", columns), { strategy, config });
  return { metrics, equity, totals };
}

const orNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

describe.each(kernels)("many accounts with the kernel %s", (kernel) => {
  it("equal separate backtests in every bit, in blocks of any length", () => {
    process.env["ATC_KERNEL"] = kernel;
    fc.assert(
      fc.property(cases, fc.constantFrom(1, 7, 64, 100), (one, blockLength) => {
        const bars = barsOf(one);
        const config = { fill: one.fill, riskFreeRate: one.riskFreeRate, barsPerYear: one.barsPerYear };
        const options = { config, settings: one.accounts.map((each) => each.settings) };
        const whole = simulateMany(bars, options);
        const bySteps = inBlocks(bars, options, blockLength);
        for (const [index] of one.accounts.entries()) {
          const { metrics, equity } = separate(one, index);
          const { totalReturn, cagr, volatility, sharpe, sortino, maxDrawdown, calmar, exposure, trades, fees } =
            metrics;
          const names = { totalReturn, cagr, volatility, sharpe, sortino, maxDrawdown, calmar, exposure, trades, fees };
          const own = Object.keys(names).map((name) => [name, orNull(whole[name as keyof typeof names][index])]);
          expect(Object.fromEntries(own)).toStrictEqual(names);
          expect(whole.equity[index]).toBe(equity.at(-1));
        }
        if (one.riskFreeRate === 0) expect(bySteps).toStrictEqual(whole);
      }),
      { numRuns: 200 },
    );
  });

  it("cross the kernel's blocks of 4,096 bars", () => {
    process.env["ATC_KERNEL"] = kernel;
    const length = 9000;
    const close = Float64Array.from({ length }, (_, i) => 100 + 10 * Math.sin(i / 40));
    const times = BigInt64Array.from({ length }, (_, i) => BigInt(i * day));
    const directions = [1, 5, 4096].map((every) =>
      Int8Array.from({ length }, (_, i) => (Math.floor(i / every) % 2 === 0 ? 1 : -1)),
    );
    const whole = simulateMany({ times, close, directions });
    for (const [index, column] of directions.entries()) {
      const own = backtestSeries(memorySeries("X", { timestamp: times, close }), { strategy: given(column) });
      expect([whole.equity[index], whole.sharpe[index], whole.trades[index]]).toStrictEqual([
        own.equity.at(-1),
        own.metrics.sharpe,
        own.metrics.trades,
      ]);
    }
  });

  it("name the account and the bar of a direction that does not exist", () => {
    process.env["ATC_KERNEL"] = kernel;
    const bars = flat(5000, 11);
    (bars.directions[9] as Int8Array)[4500] = -2;
    const simulator = createManySimulator({ accounts: 11 });
    simulator.push(flat(100, 11));
    expect(() => simulator.push(bars)).toThrow(
      expect.objectContaining({
        code: "ATC_INVALID_ARGUMENT",
        details: { account: 9, bar: 4600, direction: -2 },
      }),
    );
  });
});

function inBlocks(
  { times, close, open, directions }: ReturnType<typeof barsOf>,
  options: Parameters<typeof simulateMany>[1],
  blockLength: number,
) {
  const simulator = createManySimulator({ ...options, accounts: directions.length });
  for (let from = 0; from < close.length; from += blockLength) {
    const to = Math.min(close.length, from + blockLength);
    simulator.push({
      times: times.subarray(from, to),
      close: close.subarray(from, to),
      open: open?.subarray(from, to),
      directions: directions.map((column) => column.subarray(from, to)),
    });
  }
  return simulator.results();
}

/** Constant prices, and accounts that are always long. */
function flat(length: number, accounts: number) {
  return {
    times: new BigInt64Array(length),
    close: new Float64Array(length).fill(100),
    directions: Array.from({ length: accounts }, () => new Int8Array(length).fill(1)),
  };
}

describe("many accounts", () => {
  it.each([
    ["less than nothing", 250, -5000],
    ["exactly nothing", 200, 0],
  ])("report which were lost, with %s left", (_, price, left) => {
    const close = Float64Array.of(100, 100, price, 10, 10);
    const times = BigInt64Array.of(0n, 1n, 2n, 3n, 4n);
    const directions = [Int8Array.of(-1, 1, 1, 1, 1), Int8Array.of(1, 1, 1, 1, 1)];
    const { isLost, equity, trades } = simulateMany({ times, close, directions }, { config: { feeBps: 0 } });
    expect([[...isLost], [...equity], [...trades]]).toStrictEqual([
      [1, 0],
      [left, 1000],
      [1, 0],
    ]);
  });

  it("refuse a configuration that they cannot follow, and name its keys", () => {
    const config = { stopLoss: 0.1, feePerTrade: 1 };
    expect(() => simulateMany(flat(10, 1), { config })).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_CONFIG", details: { keys: ["feePerTrade", "stopLoss"] } }),
    );
    expect(() => simulateMany(flat(10, 1), { config: { feeBps: -1 } })).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_CONFIG" }),
    );
    expect(() => simulateMany(flat(10, 1), { settings: [{ slippageBps: 20_000 }] })).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_CONFIG" }),
    );
  });

  it.each([
    ["no accounts", flat(10, 0), {}],
    ["settings for another number of accounts", flat(10, 2), { settings: [{}] }],
    ["a column of directions that is too short", { ...flat(10, 1), directions: [new Int8Array(9)] }, {}],
    ["times that are too short", { ...flat(10, 1), times: new BigInt64Array(9) }, {}],
    ["opens that are too long", { ...flat(10, 1), open: new Float64Array(11) }, {}],
  ])("refuse %s", (_, bars, options) => {
    expect(() => simulateMany(bars, options)).toThrow(expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }));
  });

  it("refuse another number of columns than accounts", () => {
    expect(() => createManySimulator({ accounts: 3 }).push(flat(10, 2))).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }),
    );
  });

  it("keep no memory of the bars", () => {
    const simulator = createManySimulator({ accounts: 20 });
    const block = flat(1000, 20);
    simulator.push(block);
    const before = process.memoryUsage().arrayBuffers;
    for (let k = 0; k < 300; k++) simulator.push(block);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(65_536);
    expect(simulator.results().bars).toBe(301_000);
  });

  it("have the members of the record in AssemblyScript in their order", () => {
    const records = readFileSync(new URL("../assembly/records.ts", import.meta.url), "utf8");
    const body = /enum Member \{([^}]*)\}/.exec(records)?.[1] ?? "";
    expect([...body.matchAll(/^ {2}(\w+),$/gm)].map(([, name]) => name)).toStrictEqual([...groupMembers]);
    expect(records).toContain(`groupSize: i32 = ${groupSize};`);
    expect(accountCode.instantiate(createKernelMemory(1))?.workLength.value).toBe(workLength);
  });
});
