/**
 * What the packages' manifests do not say, by package from the ground up:
 *
 * - the other packages that its source may import;
 * - its folders in `src` from the top floor to the bottom: no import runs from a lower one to a higher one;
 * - the size limit of its compiled JavaScript, gzipped.
 *
 * The import rules, ARCHITECTURE.md, README.md, the TypeScript references and the size limits derive from this table
 * (`pnpm tables`).
 */
export const packages = {
  contract: {
    imports: [],
    folders: ["plugins", "config", "errors", "data"],
    limit: "9 kB",
  },
  "plugin-kit": {
    imports: ["contract"],
    folders: ["sources", "codecs", "files", "processes", "requests", "tasks", "chunks", "time", "parameters", "text"],
    limit: "60 kB",
  },
  testing: {
    imports: ["contract", "plugin-kit", "resample"],
    folders: ["codecs", "stores", "sources", "executors", "indicators", "strategies", "exchanges", "base"],
    limit: "48 kB",
  },
  config: {
    imports: ["contract", "plugin-kit"],
    folders: ["load", "layers", "keys", "faults", "trust"],
    limit: "22 kB",
  },
  signals: {
    imports: ["contract", "plugin-kit"],
    folders: ["many", "graph", "stream", "wasm", "reference", "average", "base"],
    limit: "52 kB",
  },
  backtest: {
    imports: ["contract", "plugin-kit", "signals", "resample"],
    folders: [
      "output",
      "checks",
      "run",
      "portfolio",
      "results",
      "prices",
      "simulation",
      "decisions",
      "strategy",
      "metrics",
      "statistics",
      "account",
      "base",
    ],
    limit: "123 kB",
  },
  sweep: {
    imports: ["contract", "plugin-kit", "signals", "backtest"],
    folders: [
      "validation/luck",
      "validation/overfitting",
      "validation/windows",
      "validation/base",
      "table",
      "plan",
      "sample",
      "objective",
      "space",
      "expression",
    ],
    limit: "55 kB",
  },
  runs: {
    imports: ["contract", "plugin-kit"],
    limit: "9 kB",
  },
  ingest: {
    imports: ["contract", "plugin-kit"],
    folders: ["phases", "tasks", "series", "slices", "files", "quality", "order", "base"],
    limit: "61 kB",
  },
  resample: {
    imports: ["contract", "plugin-kit"],
    limit: "21 kB",
  },
  datasets: {
    imports: ["contract", "plugin-kit"],
    folders: ["append", "export", "info", "rows"],
    limit: "12 kB",
  },
  "mmap-store": {
    imports: ["contract", "plugin-kit"],
    folders: ["copy", "store", "reading", "generation", "lock", "segment", "manifest", "arrow", "system", "base"],
    limit: "56 kB",
  },
  cache: {
    imports: ["contract"],
    folders: ["cache", "entry", "base"],
    limit: "14 kB",
  },
  "cache-fs": {
    imports: ["contract", "plugin-kit"],
    limit: "13 kB",
  },
  "cache-http": {
    imports: ["contract", "plugin-kit"],
    folders: ["client", "server", "protocol"],
    limit: "11 kB",
  },
  "store-s3": {
    imports: ["contract", "plugin-kit"],
    limit: "7 kB",
  },
  "codec-blosc": {
    imports: ["contract", "plugin-kit"],
    folders: ["frame", "layout", "shuffle", "blosclz", "kernel"],
    limit: "17 kB",
  },
  "codec-lz4": {
    imports: ["contract", "plugin-kit"],
    limit: "10 kB",
  },
  "codec-zlib": {
    imports: ["contract", "plugin-kit"],
    limit: "3 kB",
  },
  "codec-zstd": {
    imports: ["contract", "plugin-kit"],
    limit: "10 kB",
  },
  "codec-snappy": {
    imports: ["contract", "plugin-kit"],
    limit: "4 kB",
  },
  "codec-numeric": {
    imports: ["contract", "plugin-kit"],
    folders: ["transform", "frame", "search", "stream", "plan", "kernel"],
    limit: "19 kB",
  },
  "executor-worker": {
    imports: ["contract", "plugin-kit"],
    folders: ["executors", "pool", "worker", "tasks", "cancellation"],
    limit: "11 kB",
  },
  "executor-bullmq": {
    imports: ["contract", "plugin-kit"],
    folders: ["submit", "worker", "queue", "plane", "connection", "wire"],
    limit: "22 kB",
  },
  "source-csv": {
    imports: ["contract", "plugin-kit"],
    folders: ["reading", "files", "zstd", "rows", "layout", "text"],
    limit: "55 kB",
  },
  "source-arrow": {
    imports: ["contract", "plugin-kit"],
    folders: ["reading", "columns", "format", "files"],
    limit: "19 kB",
  },
  "source-json": {
    imports: ["contract", "plugin-kit"],
    folders: ["reading", "layout", "values"],
    limit: "16 kB",
  },
  "source-zip": {
    imports: ["contract", "plugin-kit"],
    limit: "5 kB",
  },
  "source-duckdb": {
    imports: ["contract", "plugin-kit"],
    folders: ["reading", "sql", "files", "engine"],
    limit: "24 kB",
  },
  "source-ccxt": {
    imports: ["contract", "plugin-kit"],
    folders: ["candles", "requests", "exchange"],
    limit: "11 kB",
  },
  report: {
    imports: ["contract"],
    folders: ["card", "page", "panels", "markup", "reading", "block", "rows", "view", "listing", "data", "text"],
    limit: "100 kB",
  },
  "backtest-kit": {
    imports: ["contract", "signals"],
    limit: "12 kB",
  },
  runtime: {
    imports: [
      "contract",
      "plugin-kit",
      "config",
      "signals",
      "backtest",
      "sweep",
      "runs",
      "ingest",
      "resample",
      "datasets",
      "mmap-store",
      "cache",
      "cache-fs",
      "cache-http",
      "codec-blosc",
      "codec-lz4",
      "codec-zlib",
      "codec-zstd",
      "codec-snappy",
      "codec-numeric",
      "executor-worker",
      "source-csv",
      "source-arrow",
      "source-json",
      "source-zip",
      "source-duckdb",
      "source-ccxt",
      "report",
    ],
    folders: [
      "machines",
      "calls",
      "market",
      "runs",
      "report",
      "picture",
      "walk-forward",
      "sweep",
      "validate",
      "checks",
      "output",
      "backtest",
      "signals",
      "compute",
      "evaluate",
      "decisions",
      "data",
      "wiring",
      "cache",
      "plugins",
      "strategy",
      "spool",
    ],
    limit: "296 kB",
  },
  cli: {
    imports: ["runtime", "contract", "plugin-kit"],
    folders: ["commands", "codecs", "invocation", "reports", "text", "process"],
    limit: "106 kB",
  },
};
