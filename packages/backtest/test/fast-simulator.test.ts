import { readFileSync } from "node:fs";
import { backtestDefaults } from "@atc/contract";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { Fills, Trades } from "../src/index.ts";
import { fillReasons } from "../src/index.ts";
import { createAccount } from "../src/simulation/account.ts";
import type { Account, AccountListeners, AccountRows } from "../src/simulation/account-rows.ts";
import { accountMembers } from "../src/simulation/fast/account-state.ts";
import { createFastSimulator } from "../src/simulation/fast/fast-simulator.ts";
import { blockLength, rowLength, rowNames } from "../src/simulation/fast/working-rows.ts";
import {
  type PlainConfig,
  type PlainFill,
  type PlainRows,
  type PlainTrade,
  plainSimulator,
} from "./plain-simulator.ts";

const kernels = ["wasm", "reference"] as const;
const chosen = process.env["ATC_KERNEL"];
afterEach(() => {
  if (chosen === undefined) delete process.env["ATC_KERNEL"];
  else process.env["ATC_KERNEL"] = chosen;
});

/** Prices of a walk with large steps: short accounts are lost now and then. */
const step = fc.double({ min: -0.6, max: 1.5, noNaN: true });
const bar = fc.record({
  step,
  gap: fc.double({ min: -0.2, max: 0.2, noNaN: true }),
  reach: fc.double({ min: 0, max: 0.3, noNaN: true }),
  direction: fc.constantFrom(-1, 0, 1),
  repeats: fc.constantFrom(1, 1, 2, 5),
  pause: fc.integer({ min: 0, max: 5 }),
});
const configs: fc.Arbitrary<PlainConfig> = fc.record({
  feeBps: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 300, noNaN: true })),
  slippageBps: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 900, noNaN: true })),
  side: fc.constantFrom("both", "both", "long", "short"),
  fill: fc.constantFrom("nextOpen", "nextClose"),
  initialCapital: fc.double({ min: 1, max: 1e6, noNaN: true }),
});
const cases = fc.record({
  bars: fc.array(bar, { minLength: 1, maxLength: 60 }),
  config: configs,
  columns: fc.constantFrom("close", "open", "all"),
});

type Case = typeof cases extends fc.Arbitrary<infer C> ? C : never;

function rowsOf({ bars, columns }: Case): PlainRows {
  const all = bars.flatMap((one) => new Array<typeof one>(one.repeats).fill(one));
  let time = 1_600_000_000_000n;
  let price = 100;
  const times = BigInt64Array.from(all, ({ pause }) => {
    time += BigInt(pause) * 4_294_967_311n;
    return time;
  });
  const close = Float64Array.from(all, (one) => {
    price *= 1 + one.step * 0.3;
    return price;
  });
  const open = Float64Array.from(all, (one, i) => (close[i - 1] ?? 100) * (1 + one.gap));
  const high = close.map((value, i) => Math.max(value, open[i] as number) * (1 + (all[i]?.reach ?? 0)));
  const low = close.map((value, i) => Math.min(value, open[i] as number) * (1 - (all[i]?.reach ?? 0)));
  const directions = Int8Array.from(all, ({ direction }) => direction);
  if (columns === "close") return { times, close, directions };
  if (columns === "open") return { times, close, open, directions };
  return { times, close, open, high, low, directions };
}

/** Rows `from` to `to` as views. */
function part(rows: PlainRows, from: number, to: number): AccountRows {
  return Object.fromEntries(
    Object.entries(rows).map(([name, column]) => [name, (column as Int8Array).subarray(from, to)]),
  ) as unknown as AccountRows;
}

function tradesOf(table: Trades): PlainTrade[] {
  return Array.from({ length: table.length }, (_, i) => ({
    entryTime: table.entryTime[i] as bigint,
    exitTime: table.exitTime[i] as bigint,
    direction: table.direction[i] as number,
    quantity: table.quantity[i] as number,
    entryPrice: table.entryPrice[i] as number,
    exitPrice: table.exitPrice[i] as number,
    fees: table.fees[i] as number,
    slippage: table.slippage[i] as number,
    profit: table.profit[i] as number,
    return: table.return[i] as number,
    barsHeld: table.barsHeld[i] as number,
    mae: table.mae[i] as number,
    mfe: table.mfe[i] as number,
    reason: fillReasons[table.reason[i] as number] as string,
    open: table.open[i] as number,
  }));
}

function fillsOf(table: Fills): PlainFill[] {
  return Array.from({ length: table.length }, (_, i) => ({
    time: table.time[i] as bigint,
    quantity: table.quantity[i] as number,
    price: table.price[i] as number,
    fee: table.fee[i] as number,
    slippage: table.slippage[i] as number,
    reason: fillReasons[table.reason[i] as number] as string,
  }));
}

/** Everything that an account gives, computed in blocks of a length by a kernel. */
function run(
  rows: PlainRows,
  config: PlainConfig,
  blockLength: number,
  kernel: (typeof kernels)[number],
  create: (options: AccountListeners) => Account = (options) => createFastSimulator(config, options),
) {
  process.env["ATC_KERNEL"] = kernel;
  const bars = rows.close.length;
  const trades: PlainTrade[] = [];
  const fills: PlainFill[] = [];
  const account = create({
    onTrades: (table) => trades.push(...tradesOf(table)),
    onFills: (table) => fills.push(...fillsOf(table)),
  });
  const columns = () => new Float64Array(bars);
  const points = {
    times: new BigInt64Array(bars),
    equity: columns(),
    cash: columns(),
    exposure: columns(),
    grossEquity: columns(),
  };
  for (let from = 0; from < bars; from += blockLength) {
    const to = Math.min(bars, from + blockLength);
    const room = Object.fromEntries(
      Object.entries(points).map(([name, column]) => [name, (column as Float64Array).subarray(from, to)]),
    ) as unknown as typeof points;
    account.push(part(rows, from, to), room);
  }
  account.finish();
  expect(points.times).toStrictEqual(rows.times);
  const totals = account.totals();
  const { fees, slippage, traded, heldBars, longBars, shortBars, bankruptAt, statistics } = totals;
  const { equity, cash, exposure, grossEquity } = points;
  const lists = { equity: [...equity], cash: [...cash], exposure: [...exposure], grossEquity: [...grossEquity] };
  expect(totals.grossEquity).toBe(grossEquity[bars - 1]);
  expect(totals.trades.closed).toBe(trades.filter(({ open }) => open === 0).length);
  return {
    ...lists,
    fees,
    slippage,
    traded,
    heldBars,
    longBars,
    shortBars,
    trades,
    fills,
    bankruptAt,
    statistics,
  };
}

describe.each(kernels)("the fast account with the kernel %s", (kernel) => {
  it("equals a plain loop in every bit, in blocks of 1, 7 and 4,096 bars", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const rows = rowsOf(one);
        const expected = plainSimulator(rows, one.config);
        for (const blockLength of [1, 7, 4096])
          expect(run(rows, one.config, blockLength, kernel)).toStrictEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it("equals the account that can simulate every configuration in every bit", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const rows = rowsOf(one);
        const whole = { ...backtestDefaults, ...one.config };
        const fast = run(rows, one.config, 7, kernel);
        const general = run(rows, one.config, 7, kernel, (options) =>
          createAccount(whole, { ...options, symbols: [{ name: "X", bars: rows.close.length }] }),
        );
        expect(fast).toStrictEqual(general);
      }),
      { numRuns: 150 },
    );
  });
});

describe("the fast account", () => {
  const alternating = (bars: number): PlainRows => ({
    times: BigInt64Array.from({ length: bars }, (_, i) => BigInt(i) * 60_000n),
    close: Float64Array.from({ length: bars }, (_, i) => 100 + (i % 7)),
    directions: Int8Array.from({ length: bars }, (_, i) => (i % 2 === 0 ? 1 : -1)),
  });
  const config: PlainConfig = { initialCapital: 10_000, feeBps: 1, slippageBps: 2, side: "both", fill: "nextOpen" };
  const pointsFor = ({ times, close }: PlainRows) => ({ times, equity: new Float64Array(close.length) });

  it("passes on many trades of a block without collecting them, in order with the collected ones", () => {
    const rows = alternating(9000);
    const expected = plainSimulator(rows, config);
    for (const blockLength of [100, 450, 9000])
      expect(run(rows, config, blockLength, "wasm").trades).toStrictEqual(expected.trades);
  });

  it("leaves excursions out if they are not wanted", () => {
    const rows = alternating(20);
    const trades: PlainTrade[] = [];
    const account = createFastSimulator(config, {
      excursions: false,
      onTrades: (table) => trades.push(...tradesOf(table)),
    });
    account.push(rows, pointsFor(rows));
    account.finish();
    const expected = plainSimulator(rows, config).trades.map((trade) => ({
      ...trade,
      mae: Number.NaN,
      mfe: Number.NaN,
    }));
    expect(trades).toStrictEqual(expected);
  });

  it.each(kernels)("is lost if exactly nothing is left at an order (%s)", (kernel) => {
    // Short 100 units at 100; at 200 the equity is 20,000 - 20,000.
    const rows: PlainRows = {
      times: BigInt64Array.of(0n, 1n, 2n, 3n, 4n),
      close: Float64Array.of(100, 100, 200, 100, 100),
      directions: Int8Array.of(-1, 1, 1, -1, 1),
    };
    const free: PlainConfig = { ...config, feeBps: 0, slippageBps: 0 };
    const account = run(rows, free, 2, kernel);
    expect([account.bankruptAt, account.trades[0]?.reason, account.fills.length]).toStrictEqual([2n, "bankruptcy", 2]);
    expect(account).toStrictEqual(plainSimulator(rows, free));
  });

  it.each(kernels)("names the bar of a direction that does not exist (%s)", (kernel) => {
    process.env["ATC_KERNEL"] = kernel;
    const rows = alternating(9000);
    rows.directions[5000] = 3;
    const account = createFastSimulator(config, { symbol: "X" });
    const failure = expect.objectContaining({
      code: "ATC_INVALID_ARGUMENT",
      message: expect.stringMatching(/symbol "X" at bar 5100: the direction is 3;/),
      details: { symbol: "X", bar: 5100, direction: 3 },
    });
    account.push(part(rows, 0, 100), pointsFor(alternating(100)));
    expect(() => account.push(rows, pointsFor(rows))).toThrow(failure);
    const next = createFastSimulator(config);
    expect(next.push(part(rows, 0, 100), pointsFor(alternating(100)))).toBe(100);
  });

  it("lets a listener simulate another account", () => {
    const rows = alternating(5000);
    const expected = plainSimulator(rows, config);
    const trades: PlainTrade[] = [];
    const inner: number[] = [];
    const account = createFastSimulator(config, {
      onTrades(table) {
        const other = createFastSimulator({ ...config, side: "long" });
        other.push(rows, pointsFor(rows));
        inner.push(other.totals().statistics.last);
        trades.push(...tradesOf(table));
      },
    });
    account.push(rows, pointsFor(rows));
    account.finish();
    const long = plainSimulator(rows, { ...config, side: "long" }).statistics.last;
    expect(trades).toStrictEqual(expected.trades);
    expect(account.totals().statistics).toStrictEqual(expected.statistics);
    expect(new Set(inner)).toStrictEqual(new Set([long]));
  });

  it("refuses a wrong ATC_KERNEL", () => {
    process.env["ATC_KERNEL"] = "fast";
    expect(() => createFastSimulator(config)).toThrow(expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }));
  });

  it("gives prices of columns that are not doubles the same results", () => {
    const rows = alternating(50);
    const whole = createFastSimulator(config);
    const points = pointsFor(rows);
    whole.push({ ...rows, close: Int32Array.from(rows.close) }, points);
    expect([...points.equity]).toStrictEqual(plainSimulator(rows, config).equity);
  });
});

describe("the memory of the fast account", () => {
  it.each(kernels)("does not grow with the bars (%s)", (kernel) => {
    process.env["ATC_KERNEL"] = kernel;
    const block: PlainRows = {
      times: BigInt64Array.from({ length: 1000 }, (_, i) => BigInt(i)),
      close: Float64Array.from({ length: 1000 }, (_, i) => 100 + (i % 7)),
      directions: Int8Array.from({ length: 1000 }, (_, i) => (i % 3) - 1),
    };
    let trades = 0;
    const account = createFastSimulator(
      { initialCapital: 1e9, feeBps: 0, slippageBps: 0, side: "both", fill: "nextClose" },
      {
        onTrades: (table) => {
          trades += table.length;
        },
      },
    );
    const points = { times: block.times, equity: new Float64Array(1000) };
    account.push(block, points);
    const before = process.memoryUsage().arrayBuffers;
    for (let k = 0; k < 500; k++) account.push(block, points);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(65_536);
    expect(trades).toBeGreaterThan(300_000);
  });
});

describe("the layout of the fast account", () => {
  const records = readFileSync(new URL("../assembly/records.ts", import.meta.url), "utf8");
  it("lists the members of the record in AssemblyScript in their order", () => {
    const body = /class Account \{([^}]*)\}/.exec(records)?.[1] ?? "";
    expect([...body.matchAll(/^ {2}(\w+): f64;$/gm)].map(([, name]) => name)).toStrictEqual([...accountMembers]);
  });
  it("lists the rows in AssemblyScript in their order and length", () => {
    const body = /enum Row \{([^}]*)\}/.exec(records)?.[1] ?? "";
    expect([...body.matchAll(/^ {2}(\w+),$/gm)].map(([, name]) => name)).toStrictEqual([...rowNames]);
    expect(records).toContain(`blockLength: i32 = ${blockLength};`);
    expect(records).toContain(`rowLength: i32 = ${rowLength - 8 * blockLength} + 8 * blockLength;`);
  });
});
