import type { BarsEntry, CandlesEntry } from "../block/block-format.ts";
import { type CollectedSignal, coarserSignal } from "../block/collect-signal.ts";
import type { Block } from "./arrays.ts";

/** Candles of a symbol, by the row of their first bar. */
export interface Candles {
  /** Rows per candle. */
  readonly size: number;
  /** The first row of each candle, rising. */
  readonly rows: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** The signal at the end of each candle, and its range; absent if the strategy has none. */
  readonly signal?: CollectedSignal | undefined;
}

/** Undoes distances: of the open to the last close, and of high and low to the body. */
function fromDistances(close: Float64Array, open: Float64Array, high: Float64Array, low: Float64Array): void {
  let before = close[0];
  for (let i = 0; i < close.length; i++) {
    open[i] += before;
    high[i] += Math.max(open[i], close[i]);
    low[i] = Math.min(open[i], close[i]) - low[i];
    before = close[i];
  }
}

async function readSignal(block: Block, place: string): Promise<CollectedSignal | undefined> {
  if (block.entry(`${place}/signal`) === undefined) return undefined;
  const [close, low, high] = await Promise.all(
    ["signal", "signal/low", "signal/high"].map((name) => block.values(`${place}/${name}`)),
  );
  return low.length === 0 ? { close, low: close, high: close } : { close, low, high };
}

async function readArrays(block: Block, place: string, size: number, entry: CandlesEntry): Promise<Candles> {
  const { candles, first, form } = entry;
  const read = (name: string): Promise<Float64Array> => block.values(`${place}/${name}`);
  const [[given, close, open, high, low], signal] = await Promise.all([
    Promise.all(["rows", "close", "open", "high", "low"].map(read)),
    readSignal(block, place),
  ]);
  const rows = first === undefined ? given : Float64Array.from({ length: candles }, (_, i) => first + i);
  if (size !== 1) for (let i = 0; i < rows.length; i++) rows[i] *= size;
  if (form === "closes") return { size, rows, open: close, high: close, low: close, close, signal };
  if (form === "distances") fromDistances(close, open, high, low);
  return { size, rows, open, high, low, close, signal };
}

/** The candles of a symbol, and the single bars of some of them. */
export interface SymbolCandles {
  readonly candles: Candles;
  readonly single?: Candles | undefined;
}

/** Reads the candles of a symbol. */
export async function readCandles(block: Block, entry: BarsEntry): Promise<SymbolCandles> {
  const place = `bars/${entry.index}`;
  const [candles, single] = await Promise.all([
    readArrays(block, place, entry.bars, entry),
    entry.single && readArrays(block, `${place}/single`, 1, entry.single),
  ]);
  return { candles, single };
}

/** Candles of twice as many rows. */
export function coarserCandles({ size, rows, open, high, low, close, signal }: Candles): Candles {
  const most = rows.length;
  const made = {
    size: 2 * size,
    rows: new Float64Array(most),
    open: new Float64Array(most),
    high: new Float64Array(most),
    low: new Float64Array(most),
    close: new Float64Array(most),
  };
  let count = 0;
  for (let i = 0; i < most; i++) {
    const row = Math.floor(rows[i] / made.size) * made.size;
    if (count === 0 || made.rows[count - 1] !== row) {
      made.rows[count] = row;
      made.open[count] = open[i];
      made.high[count] = high[i];
      made.low[count] = low[i];
      count++;
    }
    const place = count - 1;
    if (high[i] > made.high[place]) made.high[place] = high[i];
    if (low[i] < made.low[place]) made.low[place] = low[i];
    made.close[place] = close[i];
  }
  const part = (values: Float64Array): Float64Array => values.subarray(0, count);
  return {
    size: made.size,
    rows: part(made.rows),
    open: part(made.open),
    high: part(made.high),
    low: part(made.low),
    close: part(made.close),
    signal: signal && coarserSignal(signal, rows, size),
  };
}

/** The index of the first candle at a row or later. */
export function candleFrom({ rows }: Candles, row: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle] < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
