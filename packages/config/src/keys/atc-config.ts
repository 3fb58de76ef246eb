import type { BacktestConfig, SignalConfig } from "@atc/contract";

/** Everything that a run is configured by. The keys, their Python spellings and what each allows stand in `docs/configuration.md`. */
export interface AtcConfig extends SignalConfig, BacktestConfig {
  /** How many of the last bars of each symbol are used, 1 or more; absent for all of them. Written `none` in a file. */
  readonly limit?: number | undefined;
  /** The interval that the data should have, such as `15m`: a count and s, m, h, d or w; absent for no check. Written `none` in a file. */
  readonly timeframe?: string | undefined;
  /** Symbols in one task, 1 or more. */
  readonly batchSize: number;
  /** Whether columns are memory-mapped; positioned reads of the same dataset otherwise. */
  readonly useMemoryMapped: boolean;
  /** Whether cache entries are compressed. */
  readonly useCompression: boolean;
  /** From 0 (stored) to 9 (smallest). */
  readonly compressionLevel: number;
  /** An algorithm of Blosc frames (blosclz, lz4, lz4hc, zlib, zstd, snappy) or the name of a codec plugin. */
  readonly compressionAlgorithm: string;
  /** Folder of the cache. Absolute in what this package returns. */
  readonly cacheDir: string;
  /** Folder of the datasets. Absolute in what this package returns. */
  readonly dataDir: string;
  /** Packages to look for plugins in, besides the dependencies. */
  readonly plugins: readonly string[];
}

/** The name of a key as this package spells it. */
export type ConfigName = keyof AtcConfig;
