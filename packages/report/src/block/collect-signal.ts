import type { BarBlock } from "../data/report-data.ts";

/** The signals of candles: the last one of each, the lowest, and the highest. */
export interface CollectedSignal {
  readonly close: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Collects the signals of the bars of a symbol. */
export interface SignalCollector {
  add(block: BarBlock): void;
  /** The signals of all candles; undefined if some bars had none. */
  finish(): CollectedSignal | undefined;
}

/** Creates a collector for candles of 2^bits rows, one per bucket that has a bar. */
export function createSignalCollector(bits: number): SignalCollector {
  let close = new Float64Array(1024);
  let low = new Float64Array(1024);
  let high = new Float64Array(1024);
  let candles = 0;
  let last = -1;
  let isWhole = true;

  function grow(): void {
    [close, low, high] = [close, low, high].map((values) => {
      const longer = new Float64Array(2 * values.length);
      longer.set(values);
      return longer;
    }) as [typeof close, typeof low, typeof high];
  }

  return {
    add({ length, row, signal }) {
      if (signal === undefined) {
        isWhole = false;
        return;
      }
      for (let i = 0; i < length; i++) {
        const value = signal[i];
        const bucket = row[i] >>> bits;
        if (bucket !== last) {
          last = bucket;
          if (candles === close.length) grow();
          low[candles] = value;
          high[candles] = value;
          candles++;
        }
        const place = candles - 1;
        if (value < low[place]) low[place] = value;
        if (value > high[place]) high[place] = value;
        close[place] = value;
      }
    },
    finish: () =>
      isWhole && candles > 0
        ? { close: close.slice(0, candles), low: low.slice(0, candles), high: high.slice(0, candles) }
        : undefined,
  };
}

/** The signals of candles that are twice as wide as those at `rows`, which are `size` wide. */
export function coarserSignal(
  { close, low, high }: CollectedSignal,
  rows: Float64Array,
  size: number,
): CollectedSignal {
  const bucketOf = (i: number): number => Math.floor(rows[i] / (2 * size));
  const made = { close: new Float64Array(rows.length), low: low.slice(), high: high.slice() };
  let candles = 0;
  for (let i = 0; i < rows.length; i++) {
    const isNew = i === 0 || bucketOf(i) !== bucketOf(i - 1);
    const place = isNew ? candles++ : candles - 1;
    made.close[place] = close[i];
    made.low[place] = isNew ? low[i] : Math.min(made.low[place], low[i]);
    made.high[place] = isNew ? high[i] : Math.max(made.high[place], high[i]);
  }
  const part = (values: Float64Array): Float64Array => values.slice(0, candles);
  return { close: part(made.close), low: part(made.low), high: part(made.high) };
}
