import type { BacktestConfig, SignalConfig, StrategyParameterValue } from "@atc/contract";

/** The configuration of a run. `docs/configuration.md` lists the keys, their Python spellings and what each accepts. */
export interface AtcConfig extends SignalConfig, BacktestConfig {
  /**
   * What decides: the signals (`atc`), columns of the data that were computed elsewhere (`columns`), the name of
   * another built-in strategy or of a plugin, a path such as `./mine.js`, or the name of a package. `#NAME` after a
   * path or a package picks one of several strategies. A relative path starts in the folder of the file, in `cwd` for
   * a variable and an option.
   */
  readonly strategy: string;
  /**
   * Parameters of the strategy by name. Layers are merged by name; one that sets another `strategy` drops those of the
   * layers below.
   */
  readonly parameters: Readonly<Record<string, StrategyParameterValue>>;
  /** Seconds that a strategy of the user's may take for a block of bars before it is ended, above 0. */
  readonly strategyDeadline: number;
  /**
   * A file with the columns `time`, `symbol` and `direction`, `weight`, or `longEntry`, `longExit`, `shortEntry` and
   * `shortExit`. Its columns decide what `signal` is, unless it has several sets of them. A relative path starts as
   * that of `strategy`. Absent for decisions of the strategy; written `none` in a file.
   */
  readonly signals?: string | undefined;
  /**
   * A CSV file with the columns `symbol`, `from` and `to`: days in UTC, both inclusive; an empty `to` is the end of
   * time. Positions are opened on a member's days only. A relative path starts as that of `strategy`. Absent for all
   * symbols at all times; written `none` in a file.
   */
  readonly universe?: string | undefined;
  /** Number of last bars per symbol to use, 1 or more. Absent for all; written `none` in a file. */
  readonly limit?: number | undefined;
  /**
   * The expected interval of the data, such as `15m`: a count and s, m, h, d or w. Absent for no check; written `none`
   * in a file.
   */
  readonly timeframe?: string | undefined;
  /** Number of symbols per task, 1 or more. */
  readonly batchSize: number;
  /**
   * What runs the tasks: `auto` uses threads if the work is large enough for them, `worker` always uses threads,
   * `inline` computes on the caller's thread. Any other name is an executor plugin's.
   */
  readonly executor: string;
  /** Whether columns are mapped into memory; if not, they are read. */
  readonly useMemoryMapped: boolean;
  /** Whether cache entries are compressed. */
  readonly useCompression: boolean;
  /** Compression level, from 0 (stored) to 9 (smallest). */
  readonly compressionLevel: number;
  /** An algorithm of Blosc frames (blosclz, lz4, lz4hc, zlib, zstd, snappy) or the name of a codec plugin. */
  readonly compressionAlgorithm: string;
  /** The byte-store plugin of the cache: `fs`, or the name of a plugin. */
  readonly cacheStore: string;
  /**
   * The URL of a cache that machines share: of the area `cache` of `atc data serve`, or `s3://bucket/prefix`. Absent
   * for none; written `none` in a file.
   */
  readonly cacheShared?: string | undefined;
  /** Folder of the cache. `loadConfig` and `parseConfig` return an absolute path. */
  readonly cacheDir: string;
  /** The most bytes of all cache entries, 1 or more. A write first removes the least recently used ones. */
  readonly cacheMaxBytes: number;
  /** The most files of cache entries, 1 or more. A write first removes the least recently used ones. */
  readonly cacheMaxEntries: number;
  /**
   * Entries that were not used for this many seconds are removed when the cache is opened or written. Absent for no
   * limit; written `none` in a file.
   */
  readonly cacheMaxAgeSeconds?: number | undefined;
  /** Whether the results of a dataset are computed and cached as soon as it is read or appended to. */
  readonly warmCache: boolean;
  /** The array-store plugin of the datasets: `mmap`, or the name of a plugin. */
  readonly dataStore: string;
  /** Folder of the datasets. `loadConfig` and `parseConfig` return an absolute path. */
  readonly dataDir: string;
  /**
   * How many former generations of a dataset stay until it is compacted, 0 to 1000, so that runs over them can be
   * computed again. A dataset that is read again takes its disk space once more for each.
   */
  readonly keepGenerations: number;
  /** Folder of the stored runs. `loadConfig` and `parseConfig` return an absolute path. */
  readonly runsDir: string;
  /** Packages to look for plugins in, besides the dependencies. */
  readonly plugins: readonly string[];
}

/** The name of a key in camel case. */
export type ConfigName = keyof AtcConfig;
