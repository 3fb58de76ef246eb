import { ownMember } from "@atc/contract";
/** The packages behind each algorithm of a Blosc frame; see `docs/configuration.md`. */
export const bloscPackages: Readonly<Record<string, readonly string[]>> = {
  blosclz: ["@atc/codec-blosc"],
  lz4: ["@atc/codec-blosc", "@atc/codec-lz4"],
  lz4hc: ["@atc/codec-blosc", "@atc/codec-lz4"],
  zlib: ["@atc/codec-blosc", "@atc/codec-zlib"],
  zstd: ["@atc/codec-blosc", "@atc/codec-zstd"],
  snappy: ["@atc/codec-blosc", "@atc/codec-snappy"],
};

const known: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  codec: {
    blosc: "@atc/codec-blosc",
    lz4: "@atc/codec-lz4",
    zlib: "@atc/codec-zlib",
    zstd: "@atc/codec-zstd",
    snappy: "@atc/codec-snappy",
    numeric: "@atc/codec-numeric",
  },
  "block-codec": {
    lz4: "@atc/codec-lz4",
    lz4hc: "@atc/codec-lz4",
    zlib: "@atc/codec-zlib",
    zstd: "@atc/codec-zstd",
    snappy: "@atc/codec-snappy",
  },
  "byte-store": { fs: "@atc/cache-fs" },
  "array-store": { mmap: "@atc/mmap-store" },
  source: {
    csv: "@atc/source-csv",
    duckdb: "@atc/source-duckdb",
    arrow: "@atc/source-arrow",
    json: "@atc/source-json",
    zip: "@atc/source-zip",
  },
  "table-writer": { parquet: "@atc/source-duckdb" },
};

/** Endings of files that packages of ours read, so that a file says what to install. A package's own manifest decides once it is installed. */
const sourceEndings: readonly (readonly [source: string, endings: readonly string[]])[] = [
  ["csv", [".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz"]],
  ["arrow", [".arrow", ".arrows", ".feather", ".ipc"]],
  ["json", [".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz"]],
  ["zip", [".zip"]],
  ["duckdb", [".parquet", ".parq", ".pq", ".csv.zst", ".tsv.zst", ".txt.zst", ".jsonl.zst", ".ndjson.zst"]],
];

/** All endings of files that packages of ours read. */
export const knownEndings: readonly string[] = sourceEndings.flatMap(([, endings]) => endings);

/** The source of ours, its package, and the longest ending that it has for a file of this name. */
export function sourcePackageFor(
  file: string,
): { readonly source: string; readonly packageName: string; readonly ending: string } | undefined {
  const name = file.toLowerCase();
  const fitting = sourceEndings
    .flatMap(([source, endings]) => endings.map((ending) => ({ source, ending })))
    .filter(({ ending }) => name.endsWith(ending))
    .sort((a, b) => b.ending.length - a.ending.length)[0];
  const packageName = fitting === undefined ? undefined : packageOf("source", fitting.source);
  return fitting === undefined || packageName === undefined ? undefined : { ...fitting, packageName };
}

/** The package of ours that brings a plugin, where one does. */
export function packageOf(kind: string, name: string): string | undefined {
  return ownMember(ownMember(known, kind) ?? {}, name);
}

/** The names of a kind that packages of ours bring. */
export function knownNames(kind: string): readonly string[] {
  return Object.keys(ownMember(known, kind) ?? {});
}

/** The line that installs `packages`. */
export function installLine(packages: readonly string[]): string {
  return `pnpm add ${packages.join(" ")}`;
}
