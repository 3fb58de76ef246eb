import type { DatasetSchema, SeriesExtent } from "@atc/contract";

/**
 * The SHA-256 of a text in UTF-8, as 64 lower-case hexadecimal digits. Callers pass it, so that this module runs on
 * every platform.
 */
export type Sha256 = (text: string) => string;

/**
 * Identifies the rows of some series: the SHA-256 over the schema and, for each symbol in order of UTF-16 code units,
 * its number of rows and the CRC-32 of each column. Datasets with equal content have equal rows, whatever their
 * sources, reading options and segments. The content of one series does not depend on other symbols.
 *
 * @param series - in any order; each symbol once
 * @returns 64 hexadecimal digits, or undefined if a series has no checksums
 */
export function datasetContent(
  schema: DatasetSchema,
  series: readonly SeriesExtent[],
  sha256: Sha256,
): string | undefined {
  const columns = schema.columns.map(({ name, type }) => [name, type]);
  const lines = [JSON.stringify(["content", 1, schema.kind, columns])];
  for (const { symbol, rows, crc32 } of inOrder(series)) {
    if (crc32 === undefined) return undefined;
    lines.push(`${JSON.stringify(symbol)} ${rows} ${crc32.join(" ")}`);
  }
  return sha256(`${lines.join("\n")}\n`);
}

/** Sorted by UTF-16 code unit. A manifest's series already are. */
function inOrder(series: readonly SeriesExtent[]): readonly SeriesExtent[] {
  const isSorted = series.every(({ symbol }, i) => i === 0 || (series[i - 1] as SeriesExtent).symbol < symbol);
  return isSorted ? series : [...series].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
}
