import type { CandlesEntry } from "./block-format.ts";
import type { BlockMembers } from "./block-members.ts";
import type { CollectedBars } from "./collect-bars.ts";
import {
  decimalScale,
  type EncodedValues,
  encodeRounded,
  encodeSingles,
  encodeWhole,
  narrowest,
} from "./encode-values.ts";

/** Prices of candles as distances in steps; undefined if they are not whole multiples of a step. */
function distancesOf({ open, high, low, close }: CollectedBars): ReadonlyMap<string, EncodedValues> | undefined {
  const scale = decimalScale([close, open, high, low]);
  if (scale === undefined) return undefined;
  const n = close.length;
  const columns = {
    close: new Float64Array(n),
    open: new Float64Array(n),
    high: new Float64Array(n),
    low: new Float64Array(n),
  };
  const steps = (price: number): number => Math.round(price * scale);
  const origin = steps(close[0] ?? 0);
  let before = origin;
  for (let i = 0; i < n; i++) {
    const last = steps(close[i]);
    const first = steps(open[i]);
    columns.close[i] = last - before;
    columns.open[i] = first - before;
    columns.high[i] = steps(high[i]) - Math.max(first, last);
    columns.low[i] = Math.min(first, last) - steps(low[i]);
    before = last;
  }
  const encoded = new Map<string, EncodedValues>();
  for (const [name, distances] of Object.entries(columns)) {
    const values = narrowest(distances);
    if (values === undefined) return undefined;
    const entry =
      name === "close" ? ({ n, enc: "delta", scale, origin } as const) : ({ n, enc: "raw", scale } as const);
    encoded.set(name, { entry, values });
  }
  return encoded;
}

function isConsecutive(rows: Float64Array): boolean {
  return rows.length === 0 || rows[rows.length - 1] - rows[0] === rows.length - 1;
}

/** Steps per unit of a signal: a chart shows no more. */
const signalScale = 1000;

function addSignal(members: BlockMembers, { bits, signal }: CollectedBars, place: string): void {
  if (signal === undefined) return;
  members.add(`${place}/signal`, encodeRounded(signal.close, signalScale));
  if (bits === 0) return;
  members.add(`${place}/signal/low`, encodeRounded(signal.low, signalScale));
  members.add(`${place}/signal/high`, encodeRounded(signal.high, signalScale));
}

/** Adds the arrays of candles, `<place>/<name>`. */
export function addCandles(members: BlockMembers, bars: CollectedBars, place: string): CandlesEntry {
  const { bits, rows, hasRange } = bars;
  addSignal(members, bars, place);
  const isWhole = isConsecutive(rows);
  if (!isWhole) members.add(`${place}/rows`, encodeWhole(rows));
  const common = { candles: rows.length, ...(isWhole ? { first: rows[0] ?? 0 } : {}) };
  const distances = distancesOf(bars);
  // Without a range, single bars have one price; buckets of them have a range.
  if (!hasRange && bits === 0) {
    members.add(`${place}/close`, distances?.get("close") ?? encodeSingles(bars.close));
    return { ...common, form: "closes" };
  }
  if (distances === undefined) {
    for (const name of ["open", "high", "low", "close"] as const)
      members.add(`${place}/${name}`, encodeSingles(bars[name]));
    return { ...common, form: "values" };
  }
  for (const [name, encoded] of distances) members.add(`${place}/${name}`, encoded);
  return { ...common, form: "distances" };
}
