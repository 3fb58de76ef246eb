import assert from "node:assert/strict";
import { type Indicator, isAtcError, type OutputColumns, type PriceColumns } from "@atc/contract";
import type { ConformanceCase } from "../base/conformance-case.ts";

const priceNames = ["close", "open", "high", "low"] as const;

/** Bars `from` to `to` (exclusive) of all columns. */
function slice(prices: PriceColumns, from: number, to: number): PriceColumns {
  const { close, open, high, low } = prices;
  return {
    close: close.subarray(from, to),
    open: open?.subarray(from, to),
    high: high?.subarray(from, to),
    low: low?.subarray(from, to),
  };
}

/** Copies of all columns. If `price` is given, it replaces one price of each. */
function copyOf(prices: PriceColumns, bar = 0, price?: number): PriceColumns {
  const copies: { [Name in (typeof priceNames)[number]]?: Float64Array } = {};
  for (const name of priceNames) {
    const column = prices[name];
    if (column === undefined) continue;
    const copy = Float64Array.from({ length: column.length }, (_, i) => Number(column[i]));
    if (price !== undefined) copy[bar] = price;
    copies[name] = copy;
  }
  return { ...copies, close: copies.close ?? new Float64Array() };
}

/** The outputs of all bars, pushed in chunks of the lengths that `next` returns. */
function pushAll(indicator: Indicator, prices: PriceColumns, next: () => number): Readonly<Record<string, number[]>> {
  const collected = Object.fromEntries(indicator.outputs.map((name) => [name, [] as number[]]));
  const bars = prices.close.length;
  for (let from = 0; from < bars; ) {
    const to = Math.min(bars, from + next());
    const columns = indicator.push(slice(prices, from, to));
    for (const name of indicator.outputs) collected[name]?.push(...(columns[name] ?? []));
    from = to;
  }
  return collected;
}

function assertSame(
  actual: Readonly<Record<string, ArrayLike<number>>>,
  wanted: Readonly<Record<string, ArrayLike<number>>>,
  bars: number,
): void {
  for (const name of Object.keys(wanted)) {
    const values = actual[name];
    assert.equal(values?.length, bars, `bars of "${name}"`);
    for (let bar = 0; bar < bars; bar++) {
      const value: number | undefined = values?.[bar];
      const target: number | undefined = wanted[name]?.[bar];
      // assert.equal would take seconds for a million values.
      if (!Object.is(value, target)) assert.fail(`"${name}" at bar ${bar} is ${value}, in one push it is ${target}`);
    }
  }
}

/** Lengths of 1 to 97 bars, the same in every run. */
function irregular(): () => number {
  let state = 12_345;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return 1 + ((state >>> 8) % 97);
  };
}

function assertRefused(indicator: Indicator, prices: PriceColumns, bar?: number): void {
  const position = indicator.position;
  assert.throws(
    () => indicator.push(prices),
    (error) => {
      assert.ok(isAtcError(error, "ATC_INVALID_DATA"), `not an ATC_INVALID_DATA: ${String(error)}`);
      if (bar !== undefined) assert.equal(error.details["bar"], bar, "details.bar, counted from the first bar pushed");
      return true;
    },
  );
  assert.equal(indicator.position, position, "position");
}

function checkWarmup(indicator: Indicator, prices: PriceColumns): void {
  const columns: OutputColumns = indicator.push(prices);
  for (const name of indicator.outputs) {
    const first = indicator.warmup(name);
    const values = columns[name] ?? new Float64Array();
    for (let bar = 0; bar < values.length; bar++) {
      if (Number.isNaN(values[bar]) !== bar < first)
        assert.fail(`"${name}" has its first value at bar ${first}, but is ${values[bar]} at bar ${bar}`);
    }
  }
}

function checkRefusals(create: () => Indicator, prices: PriceColumns): void {
  const bars = prices.close.length;
  const half = Math.floor(bars / 2);
  const whole = create().push(prices);
  const indicator = create();
  const head = indicator.push(slice(prices, 0, half));
  for (const price of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assertRefused(indicator, slice(copyOf(prices, bars - 2, price), half, bars), bars - 2);
  }
  const tail = indicator.push(slice(prices, half, bars));
  const joined = indicator.outputs.map((name) => [name, [...(head[name] ?? []), ...(tail[name] ?? [])]]);
  assertSame(Object.fromEntries(joined) as Record<string, number[]>, whole, bars);
}

/**
 * The laws of an `Indicator`: exact warm-up, no look-ahead, bit-identical outputs for any chunking, and refused pushes
 * that change nothing.
 *
 * @param create - creates a fresh indicator, the same each time
 * @param prices - valid bars with all columns that the indicator requires: at least 100, and more than its longest
 * warm-up
 */
export function indicatorCases(create: () => Indicator, prices: PriceColumns): readonly ConformanceCase[] {
  const bars = prices.close.length;
  const chunkings: readonly (readonly [string, () => () => number])[] = [
    ["1", () => () => 1],
    ["7", () => () => 7],
    ["4096", () => () => 4096],
    ["irregular length", irregular],
  ];
  return [
    {
      name: "names each output once and starts at position 0",
      run() {
        const indicator = create();
        assert.equal(new Set(indicator.outputs).size, indicator.outputs.length);
        assert.ok(indicator.outputs.length > 0);
        assert.equal(indicator.position, 0);
      },
    },
    {
      name: "returns one value per bar for each output and counts the bars",
      run() {
        const indicator = create();
        const columns = indicator.push(prices);
        assert.deepEqual(new Set(Object.keys(columns)), new Set(indicator.outputs));
        for (const name of indicator.outputs) assert.equal(columns[name]?.length, bars);
        assert.equal(indicator.position, bars);
      },
    },
    {
      name: "has its first values exactly at the bar that warmup returns",
      run: () => checkWarmup(create(), prices),
    },
    {
      name: "does not change earlier outputs when bars are added",
      run() {
        const whole = create().push(prices);
        for (const length of [1, 2, 50, Math.floor(bars / 2), bars - 1]) {
          assertSame(create().push(slice(prices, 0, length)), whole, length);
        }
      },
    },
    ...chunkings.map(([length, lengths]) => ({
      name: `returns bit-identical outputs in chunks of ${length}`,
      run: () => assertSame(pushAll(create(), prices, lengths()), create().push(prices), bars),
    })),
    {
      name: "accepts a push without bars",
      run() {
        const indicator = create();
        const columns = indicator.push(slice(prices, 0, 0));
        for (const name of indicator.outputs) assert.equal(columns[name]?.length, 0);
        assert.equal(indicator.position, 0);
        assertSame(indicator.push(prices), create().push(prices), bars);
      },
    },
    {
      name: "refuses an invalid price with its bar, and continues as if it had not been pushed",
      run: () => checkRefusals(create, prices),
    },
    {
      name: "refuses columns of unequal lengths, and continues as if they had not been pushed",
      run() {
        const indicator = create();
        assertRefused(indicator, { ...prices, open: prices.close.subarray(0, bars - 1) });
        assertSame(indicator.push(prices), create().push(prices), bars);
      },
    },
    {
      name: "keeps neither the arrays it receives nor those it returns",
      run() {
        const indicator = create();
        const given = copyOf(slice(prices, 0, 60));
        const returned = indicator.push(given);
        for (const name of priceNames) (given[name] as Float64Array | undefined)?.fill(1);
        for (const name of indicator.outputs) returned[name]?.fill(1);
        const rest = indicator.push(slice(prices, 60, bars));
        const whole = create().push(prices);
        const tails = indicator.outputs.map((name) => [name, whole[name]?.subarray(60)]);
        assertSame(rest, Object.fromEntries(tails) as Record<string, Float64Array>, bars - 60);
      },
    },
  ];
}
