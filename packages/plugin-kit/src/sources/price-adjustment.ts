import type { ColumnChunk, ColumnMetadata, TypedArray } from "@atc/contract";
import { plainName } from "./column-aliases.ts";

/** Names of adjusted closes, in letters alone: `Adj Close`, `adjClose`, `adjusted_close`, `5. adjusted close`. */
const adjustedNames: ReadonlySet<string> = new Set(["adjclose", "adjustedclose", "closeadj", "closeadjusted"]);

/** Whether vendors name a close by this that is adjusted for splits or dividends. */
export function isAdjustedClose(name: string): boolean {
  return adjustedNames.has(plainName(name).replaceAll(/[^a-z]/g, ""));
}

const scaledPrices: readonly string[] = ["open", "high", "low"];

/** Scales the rows of chunks to an adjusted close. */
export type ChunkAdjuster = (chunk: ColumnChunk) => ColumnChunk;

/** The columns of a source after its rows are adjusted: float64, without the adjusted close. */
export function columnsAfterAdjustment(
  columns: readonly ColumnMetadata[],
  adjusted: string,
): readonly ColumnMetadata[] {
  return columns
    .filter(({ name }) => name !== adjusted)
    .map((column) => (isScaled(column.name) ? { ...column, type: "float64" } : column));
}

function isScaled(name: string): boolean {
  return name === "close" || name === "volume" || scaledPrices.includes(name);
}

/** What a price is multiplied by: 1 if it is adjusted already, but NaN if its row has no factor. */
function scale(factor: number, isKept: boolean): number {
  return isKept && !Number.isNaN(factor) ? 1 : factor;
}

/**
 * An adjuster by the column `adjusted`. The factor of a row is its adjusted close divided by its close. Open, high and
 * low are multiplied by it, the volume is divided by it, and the close becomes the adjusted close. If one of the two
 * closes is missing, zero or negative, the row has no factor: its prices and its volume become NaN, so that no raw
 * price stays among adjusted ones. The arrays of a chunk are valid until the next chunk.
 *
 * @param kept - the columns of prices and volume that are adjusted already, and so are not scaled
 */
export function chunkAdjuster(adjusted: string, kept: readonly string[] = []): ChunkAdjuster {
  const memory = new Map<string, Float64Array>();
  let factors = new Float64Array(0);

  function target(name: string, length: number): Float64Array {
    let values = memory.get(name);
    if (values === undefined || values.length < length) {
      values = new Float64Array(length);
      memory.set(name, values);
    }
    return values.subarray(0, length);
  }

  return (chunk) => {
    const { length, columns } = chunk;
    const { [adjusted]: wanted, ...rest } = columns;
    if (factors.length < length) factors = new Float64Array(length);
    const close = columns["close"];
    const closes = target("close", length);
    for (let i = 0; i < length; i++) {
      const raw = Number(close?.[i]);
      const price = Number(wanted?.[i]);
      const isKnown = raw > 0 && price > 0 && raw < Number.POSITIVE_INFINITY && price < Number.POSITIVE_INFINITY;
      factors[i] = isKnown ? price / raw : Number.NaN;
      closes[i] = isKnown ? price : Number.NaN;
    }
    const scaled: Record<string, TypedArray> = { ...rest, close: closes };
    for (const name of scaledPrices) {
      const prices = columns[name];
      if (prices === undefined) continue;
      const values = target(name, length);
      const isKept = kept.includes(name);
      for (let i = 0; i < length; i++) values[i] = Number(prices[i]) * scale(factors[i], isKept);
      scaled[name] = values;
    }
    const volume = columns["volume"];
    if (volume !== undefined) {
      const values = target("volume", length);
      const isKept = kept.includes("volume");
      for (let i = 0; i < length; i++) values[i] = Number(volume[i]) / scale(factors[i], isKept);
      scaled["volume"] = values;
    }
    return { ...chunk, columns: scaled };
  };
}
