import type { ConfigName } from "./atc-config.ts";

/** What part of a run a key belongs to. */
export type ConfigGroup = "signals" | "backtest" | "data" | "storage";

/** What a schema cannot say of a key. */
export interface KeyNote {
  readonly group: ConfigGroup;
  readonly pythonNames: readonly string[];
  readonly description: string;
  /** Where the range of the schema does not read well. */
  readonly allowed?: string;
}

function signals(description: string, ...pythonNames: string[]): KeyNote {
  return { group: "signals", pythonNames, description };
}

function backtest(description: string, ...pythonNames: string[]): KeyNote {
  return { group: "backtest", pythonNames, description };
}

function storage(description: string, pythonName: string, allowed?: string): KeyNote {
  return { group: "storage", pythonNames: [pythonName], description, ...(allowed === undefined ? {} : { allowed }) };
}

/** Group, Python spellings and description of every key, in the order in which they are shown. */
export const keyNotes: { readonly [Name in ConfigName]-?: KeyNote } = {
  emaLength: signals("Base length of the EMAs, in bars", "ema_len"),
  hmaLength: signals("Base length of the HMAs, in bars", "hma_len", "hull_len"),
  wmaLength: signals("Base length of the WMAs, in bars", "wma_len"),
  demaLength: signals("Base length of the DEMAs, in bars", "dema_len"),
  lsmaLength: signals("Base length of the LSMAs, in bars", "lsma_len"),
  kamaLength: signals("Base length of the KAMAs, in bars", "kama_len"),
  emaWeight: signals("Starting equity of the EMAs in layer 2", "ema_w"),
  hmaWeight: signals("Starting equity of the HMAs in layer 2", "hma_w"),
  wmaWeight: signals("Starting equity of the WMAs in layer 2", "wma_w"),
  demaWeight: signals("Starting equity of the DEMAs in layer 2", "dema_w"),
  lsmaWeight: signals("Starting equity of the LSMAs in layer 2", "lsma_w"),
  kamaWeight: signals("Starting equity of the KAMAs in layer 2", "kama_w"),
  robustness: signals("How far the nine lengths of each average lie apart"),
  lambda: signals("Growth rate of recent returns, in thousandths a bar", "lambda_param", "La"),
  decay: signals("Decay of equities a bar, in per cent", "De", "decay_rate"),
  cutout: signals("Bars left out at the start"),
  growthCap: signals("The most bars that the growth exponent counts", "growth_cap"),
  longThreshold: signals("Above it the average signal turns long", "long_threshold"),
  shortThreshold: signals("Below it the average signal turns short", "short_threshold"),
  strategyMode: signals("Delay the average signal by one bar", "strategy_mode"),
  calculationSource: signals("The price that the averages are taken of", "calculation_source"),
  precision: signals("Precision of stored results"),
  dialect: signals("Which origin is followed where the two differ"),
  hma: signals("Hull's average, or the simple one that the published script plots"),
  feeBps: backtest("Fee on the traded notional, in basis points", "fee_bps"),
  slippageBps: backtest("Slippage against the trader, in basis points of the price", "slippage_bps"),
  side: backtest("Which directions may be held"),
  fill: backtest("Where in the next bar an order is filled"),
  initialCapital: backtest("Money at the start", "initial_capital"),
  riskFreeRate: backtest("Yearly rate for Sharpe and Sortino: 0.02 is 2 %", "risk_free_rate"),
  invalidPrices: backtest("A bar whose price is missing, zero or negative: stop, or leave it out", "invalid_prices"),
  limit: { group: "data", pythonNames: [], description: "How many of the last bars of each symbol are used" },
  timeframe: {
    group: "data",
    pythonNames: [],
    description: "The interval that the data should have; a warning where it differs",
    allowed: "a count and s, m, h, d or w, such as 15m, or none",
  },
  batchSize: { group: "data", pythonNames: ["batch_size"], description: "Symbols in one task" },
  useMemoryMapped: storage("Map the columns into memory instead of reading them", "use_memory_mapped"),
  useCompression: storage("Compress cache entries", "use_compression"),
  compressionLevel: storage("From 0 (stored) to 9 (smallest)", "compression_level"),
  compressionAlgorithm: storage(
    "Algorithm of cache entries",
    "compression_algorithm",
    "blosclz, lz4, lz4hc, zlib, zstd, snappy or the name of a codec plugin",
  ),
  cacheDir: storage("Folder of the cache", "cache_dir", "a folder"),
  dataDir: storage("Folder of the datasets", "data_dir", "a folder"),
  plugins: {
    group: "storage",
    pythonNames: [],
    description: "Packages to look for plugins in, besides the dependencies",
    allowed: "a list of package names",
  },
};
