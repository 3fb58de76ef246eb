/**
 * Endings of file names that packages of this repository read, by source. An installed package's own manifest takes
 * precedence.
 */
export const sourceEndings: readonly (readonly [source: string, endings: readonly string[]])[] = [
  ["csv", [".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".csv.zst", ".tsv.zst", ".txt.zst"]],
  ["arrow", [".arrow", ".arrows", ".feather", ".ipc"]],
  ["json", [".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz"]],
  ["zip", [".zip"]],
  ["duckdb", [".parquet", ".parq", ".pq", ".json.zst", ".jsonl.zst", ".ndjson.zst"]],
];

/** All endings of file names that packages of this repository read. */
export const knownEndings: readonly string[] = sourceEndings.flatMap(([, endings]) => endings);

/** The longest of `endings` that a file name has; undefined if it has none of them. Case does not matter. */
export function endingOf(file: string, endings: readonly string[]): string | undefined {
  const name = file.toLowerCase();
  return endings
    .filter((ending) => name.endsWith(ending))
    .sort((a, b) => b.length - a.length)
    .at(0);
}

/**
 * Whether a name that no file has was probably meant as a file: it has a separator of folders or the ending of a data
 * file.
 */
export function looksLikePath(text: string): boolean {
  return /[/\\]/.test(text) || endingOf(text, [...knownEndings, ".gz", ".zst"]) !== undefined;
}
