import {
  accountParameters,
  type backtestParameters,
  costParameters,
  exitParameters,
  orderParameters,
  type Parameter,
  type ParameterTable,
  parameterDefaults,
  positionParameters,
  signalParameters,
  statisticsParameters,
} from "@atc/contract";
import type { AtcConfig, ConfigName } from "./atc-config.ts";

/** The part of a run that a key belongs to. */
export type ConfigGroup =
  | "signals"
  | "strategy"
  | "orders"
  | "costs"
  | "positions"
  | "exits"
  | "account"
  | "statistics"
  | "data"
  | "storage";

type StrategyConfig = Pick<AtcConfig, "strategy" | "parameters" | "strategyDeadline" | "signals" | "universe">;

type DataConfig = Pick<AtcConfig, "limit" | "timeframe" | "batchSize" | "executor">;
type StorageConfig = Omit<
  AtcConfig,
  keyof typeof signalParameters | keyof StrategyConfig | keyof typeof backtestParameters | keyof DataConfig
>;

const strategyParameters: ParameterTable<StrategyConfig> = {
  strategy: {
    kind: "text",
    values: ["atc", "columns"],
    default: "atc",
    description: "What decides: ATC's signals, columns of the data, another built-in strategy, or one of your own",
    allowed: "atc, columns, a built-in name, a module such as ./mine.js, or a package; #NAME picks one of several",
    pythonNames: [],
  },
  parameters: {
    kind: "values",
    default: Object.freeze({}),
    description:
      "Parameters of a strategy other than atc and columns, by name; a layer that sets strategy drops those below",
    pythonNames: [],
  },
  strategyDeadline: {
    kind: "number",
    above: 0,
    maximum: 1_000_000,
    default: 60,
    description: "Seconds that a strategy of your own may take for a block of bars before it is ended",
    pythonNames: ["strategy_deadline"],
  },
  signals: {
    kind: "text",
    acceptsNone: true,
    default: undefined,
    description: "A file of decisions that were made elsewhere, which decide instead of a strategy",
    allowed: "a file with columns time, symbol and direction, weight or the four entries, or none",
    pythonNames: [],
  },
  universe: {
    kind: "text",
    acceptsNone: true,
    default: undefined,
    description: "A file of the days on which symbols are members; only members open positions",
    allowed: "a CSV file with columns symbol, from and to, or none",
    pythonNames: [],
  },
};

const dataParameters: ParameterTable<DataConfig> = {
  limit: {
    kind: "integer",
    minimum: 1,
    acceptsNone: true,
    default: undefined,
    description: "Use only this many of the last bars of each symbol",
    pythonNames: [],
  },
  timeframe: {
    kind: "text",
    pattern: /^[1-9]\d*[smhdwHDW]$/,
    acceptsNone: true,
    default: undefined,
    description: "The interval that the data should have; a warning if it differs",
    allowed: "a count and s, m, h, d or w, such as 15m, or none",
    pythonNames: [],
  },
  batchSize: {
    kind: "integer",
    minimum: 1,
    default: 100,
    description: "Symbols in one task",
    pythonNames: ["batch_size"],
  },
  executor: {
    kind: "text",
    default: "auto",
    description: "What runs the tasks",
    allowed: "auto (threads for large work), worker, inline, bullmq (other machines) or the name of an executor plugin",
    pythonNames: [],
  },
};

const storageParameters: ParameterTable<StorageConfig> = {
  useMemoryMapped: {
    kind: "boolean",
    default: false,
    description: "Map the columns into memory instead of reading them",
    pythonNames: ["use_memory_mapped"],
  },
  useCompression: {
    kind: "boolean",
    default: false,
    description: "Compress cache entries",
    pythonNames: ["use_compression"],
  },
  compressionLevel: {
    kind: "integer",
    minimum: 0,
    maximum: 9,
    default: 5,
    description: "From 0 (stored) to 9 (smallest)",
    pythonNames: ["compression_level"],
  },
  compressionAlgorithm: {
    kind: "text",
    default: "blosclz",
    description: "Algorithm of cache entries",
    allowed: "blosclz, lz4, lz4hc, zlib, zstd, snappy or the name of a codec plugin",
    pythonNames: ["compression_algorithm"],
  },
  cacheStore: {
    kind: "text",
    default: "fs",
    description: "Store of the cache",
    allowed: "fs or the name of a byte-store plugin",
    pythonNames: ["cache_store"],
  },
  cacheShared: {
    kind: "text",
    acceptsNone: true,
    default: undefined,
    description: "A cache that machines share, behind the own one",
    allowed: "a URL such as http://10.0.0.5:7400/cache or s3://bucket/prefix, or none",
    pythonNames: ["cache_shared"],
  },
  cacheDir: {
    kind: "text",
    default: ".cache/atc",
    description: "Folder of the cache",
    allowed: "a folder",
    pythonNames: ["cache_dir"],
  },
  cacheMaxBytes: {
    kind: "integer",
    minimum: 1,
    default: 2 ** 30,
    description: "The most bytes of all cache entries; the least recently used ones are removed",
    pythonNames: ["cache_max_bytes"],
  },
  cacheMaxEntries: {
    kind: "integer",
    minimum: 1,
    default: 100_000,
    description: "The most files of cache entries; the least recently used ones are removed",
    pythonNames: ["cache_max_entries", "max_entries_l2", "max_entries"],
  },
  cacheMaxAgeSeconds: {
    kind: "number",
    above: 0,
    acceptsNone: true,
    default: undefined,
    description: "Remove cache entries that were not used for this many seconds",
    pythonNames: ["cache_max_age_seconds", "ttl_seconds"],
  },
  warmCache: {
    kind: "boolean",
    default: false,
    description: "Compute and cache the results of a dataset as soon as it is read or appended to",
    pythonNames: ["warm_cache"],
  },
  dataStore: {
    kind: "text",
    default: "mmap",
    description: "Store of the datasets",
    allowed: "mmap or the name of an array-store plugin",
    pythonNames: ["data_store"],
  },
  dataDir: {
    kind: "text",
    default: ".cache/mmap",
    description: "Folder of the datasets",
    allowed: "a folder",
    pythonNames: ["data_dir"],
  },
  keepGenerations: {
    kind: "integer",
    minimum: 0,
    maximum: 1000,
    default: 1,
    description: "Former generations of a dataset that stay until it is compacted",
    pythonNames: ["keep_generations"],
  },
  runsDir: {
    kind: "text",
    default: ".atc/runs",
    description: "Folder of the stored runs",
    allowed: "a folder",
    pythonNames: ["runs_dir"],
  },
  plugins: {
    kind: "list",
    default: Object.freeze([]),
    description: "Packages to look for plugins in, besides the dependencies",
    allowed: "a list of package names",
    pythonNames: [],
  },
};

const groups: Readonly<Record<ConfigGroup, Readonly<Record<string, Parameter>>>> = {
  signals: signalParameters,
  strategy: strategyParameters,
  orders: orderParameters,
  costs: costParameters,
  positions: positionParameters,
  exits: exitParameters,
  account: accountParameters,
  statistics: statisticsParameters,
  data: dataParameters,
  storage: storageParameters,
};

/** All parameters of a configuration, in the order of the documentation. */
export const parameters: ParameterTable<AtcConfig> = {
  ...signalParameters,
  ...strategyParameters,
  ...orderParameters,
  ...costParameters,
  ...positionParameters,
  ...exitParameters,
  ...accountParameters,
  ...statisticsParameters,
  ...dataParameters,
  ...storageParameters,
};

/** The names of all keys, in the order of the documentation. */
export const configNames: readonly ConfigName[] = Object.freeze(Object.keys(parameters) as ConfigName[]);

/** The group of a key. */
export function groupOf(name: ConfigName): ConfigGroup {
  const found = (Object.keys(groups) as ConfigGroup[]).find((group) => Object.hasOwn(groups[group], name));
  return found ?? "storage";
}

/** The default of every key. The two folders are relative paths. */
export const configDefaults: AtcConfig = parameterDefaults(parameters);
