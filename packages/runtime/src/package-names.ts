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
  source: { csv: "@atc/source-csv", duckdb: "@atc/source-duckdb" },
};

/** The package of ours that brings a plugin, where one does. */
export function packageOf(kind: string, name: string): string | undefined {
  return known[kind]?.[name];
}

/** The names of a kind that packages of ours bring. */
export function knownNames(kind: string): readonly string[] {
  return Object.keys(known[kind] ?? {});
}

/** The line that installs `packages`. */
export function installLine(packages: readonly string[]): string {
  return `pnpm add ${packages.join(" ")}`;
}
