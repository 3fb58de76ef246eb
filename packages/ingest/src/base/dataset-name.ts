import { createHash } from "node:crypto";

const extensions = /\.(csv|tsv|txt|dat|json|jsonl|ndjson|parquet|feather|arrow|ipc|gz|gzip|zst|zstd|bz2|xz|zip)$/i;
const longestStem = 80;

/**
 * The default name of a file's dataset: its stem and the first 8 hexadecimal digits of the SHA-256 of its path, such as
 * `spy_1d-3f0c9a12`, so that files with one name in two directories have different datasets. Characters other than
 * [A-Za-z0-9._-] become `_`; extensions of data and compression are removed.
 *
 * @param path - the real, absolute path; the file need not exist
 */
export function datasetName(path: string): string {
  let stem = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  for (let shorter = stem.replace(extensions, ""); shorter !== stem; shorter = stem.replace(extensions, ""))
    stem = shorter;
  const plain = stem
    .replace(/[^A-Za-z0-9._-]/g, "_")
    .replace(/^\.+/, "")
    .slice(0, longestStem);
  return `${plain === "" ? "data" : plain}-${createHash("sha256").update(path).digest("hex").slice(0, 8)}`;
}
