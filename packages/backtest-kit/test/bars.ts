import type { Block, BlocksOptions, Dataset, ReadonlyTypedArray, Series } from "@atc/contract";

/** Columns of bars under construction. */
export interface Bars {
  readonly timestamp: number[];
  readonly open: number[];
  readonly high: number[];
  readonly low: number[];
  readonly close: number[];
  readonly volume: number[];
}

export const minuteMs = 60_000;
export const start: number = Date.UTC(2024, 0, 1);

/** A generator of pseudo-random numbers from 0 to 1, the same for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** A price walk whose drift sometimes changes sign, so that the direction flips. */
export function walk(length: number, options: { seed?: number; stepMs?: number; from?: number } = {}): Bars {
  const { seed = 7, stepMs = minuteMs, from = start } = options;
  const random = randomNumbers(seed);
  const bars: Bars = { timestamp: [], open: [], high: [], low: [], close: [], volume: [] };
  let price = 100;
  let drift = 0;
  for (let i = 0; i < length; i++) {
    if (i % 400 === 0) drift = (random() - 0.5) * 1e-3;
    const open = price;
    price *= 1 + drift + (random() - 0.5) * 2e-3;
    bars.timestamp.push(from + i * stepMs);
    bars.open.push(open);
    bars.close.push(price);
    bars.high.push(Math.max(open, price) * (1 + random() * 5e-4));
    bars.low.push(Math.min(open, price) * (1 - random() * 5e-4));
    bars.volume.push(1 + random() * 9);
  }
  return bars;
}

/** The bars whose index passes `keep`. */
export function pick(bars: Bars, keep: (index: number) => boolean): Bars {
  const part = (column: readonly number[]): number[] => column.filter((_, i) => keep(i));
  const { timestamp, open, high, low, close, volume } = bars;
  return {
    timestamp: part(timestamp),
    open: part(open),
    high: part(high),
    low: part(low),
    close: part(close),
    volume: part(volume),
  };
}

/** A series over arrays with blocks of `segment` rows, like those of a stored series. */
export function seriesOf(symbol: string, bars: Partial<Bars>, segment = 700): Series {
  const times = BigInt64Array.from(bars.timestamp ?? [], BigInt);
  const words = new Int32Array(times.buffer);
  const numbers = new Map<string, Float64Array>();
  for (const [name, values] of Object.entries(bars))
    if (name !== "timestamp") numbers.set(name, Float64Array.from(values));
  const values = (name: string): Float64Array => {
    const found = numbers.get(name);
    if (found === undefined) throw new Error(`no column ${name}`);
    return found;
  };

  function* blocks({ from = 0, to = times.length, blockLength = segment }: BlocksOptions): Generator<Block> {
    for (let row = from; row < to; ) {
      const end = Math.min(to, row + blockLength, (Math.floor(row / segment) + 1) * segment);
      const [first, length] = [row, end - row];
      yield {
        row: first,
        length,
        values: (name) => values(name).subarray(first, end),
        times: () => times.subarray(first, end),
        timeWords: () => words.subarray(2 * first, 2 * end),
      };
      row = end;
    }
  }

  return {
    symbol,
    length: times.length,
    columns: [
      { name: "timestamp", type: "timestamp[ms]" },
      ...[...numbers.keys()].map((name) => ({ name, type: "float64" }) as const),
    ],
    blocks,
    window(name, first, length): ReadonlyTypedArray<number> {
      if (first < 0 || first + length > times.length) throw new RangeError("outside of the series");
      return values(name).subarray(first, first + length);
    },
  };
}

/** A dataset over arrays. */
export function datasetOf(symbols: Readonly<Record<string, Partial<Bars>>>): Dataset {
  const all = new Map(Object.entries(symbols).map(([symbol, bars]) => [symbol, seriesOf(symbol, bars)]));
  const names = [...all.keys()].toSorted((a, b) => (a < b ? -1 : 1));
  return {
    manifest: {
      name: "test",
      formatVersion: 1,
      generation: 1,
      schema: { kind: "bars", columns: [] },
      fingerprint: "",
      rows: 0,
      bytes: 0,
      series: [],
      createdAt: 0,
      attributes: {},
    },
    symbols: () => names,
    series(symbol) {
      const series = all.get(symbol);
      if (series === undefined) throw new Error(`no symbol ${symbol}`);
      return series;
    },
    [Symbol.dispose]() {},
  };
}
