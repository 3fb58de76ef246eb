import { ownMember } from "@atc/plugin-kit";
import { endingOf, knownEndings, sourceEndings } from "./file-endings.ts";

/** The packages that each algorithm of a Blosc frame needs; see `docs/configuration.md`. */
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
    blosclz: "@atc/codec-blosc",
    lz4: "@atc/codec-lz4",
    lz4hc: "@atc/codec-lz4",
    zlib: "@atc/codec-zlib",
    zstd: "@atc/codec-zstd",
    snappy: "@atc/codec-snappy",
  },
  "byte-store": { fs: "@atc/cache-fs", http: "@atc/cache-http", s3: "@atc/store-s3" },
  "array-store": { mmap: "@atc/mmap-store" },
  source: {
    csv: "@atc/source-csv",
    duckdb: "@atc/source-duckdb",
    arrow: "@atc/source-arrow",
    json: "@atc/source-json",
    zip: "@atc/source-zip",
  },
  "table-reader": { parquet: "@atc/source-duckdb" },
  "table-writer": { parquet: "@atc/source-duckdb" },
  market: { ccxt: "@atc/source-ccxt" },
  executor: { worker: "@atc/executor-worker", inline: "@atc/executor-worker", bullmq: "@atc/executor-bullmq" },
};

/** A source of this repository for a file. */
export interface KnownSource {
  readonly source: string;
  readonly packageName: string;
  /** The longest ending of the source that the file name has. */
  readonly ending: string;
}

/** The source of this repository that reads files of this name; undefined if there is none. */
export function sourcePackageFor(file: string): KnownSource | undefined {
  const ending = endingOf(file, knownEndings);
  if (ending === undefined) return undefined;
  const source = sourceEndings.find(([, endings]) => endings.includes(ending))?.[0] ?? "";
  const packageName = packageOf("source", source);
  return packageName === undefined ? undefined : { source, packageName, ending };
}

/** The package of this repository that provides a plugin; undefined if none does. */
export function packageOf(kind: string, name: string): string | undefined {
  return ownMember(ownMember(known, kind) ?? {}, name);
}

/** The names of the plugins of a kind that packages of this repository provide. */
export function knownNames(kind: string): readonly string[] {
  return Object.keys(ownMember(known, kind) ?? {});
}

/** All packages of this repository that provide plugins. */
export function knownPackages(): readonly string[] {
  return [...new Set(Object.values(known).flatMap((names) => Object.values(names)))];
}
