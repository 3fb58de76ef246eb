/** A run as it is stored, without files. */
export const draft = {
  kind: "backtest",
  data: { dataset: "d", generation: 3, fingerprint: "f", content: "c", rows: 2, symbols: 1, path: "d.csv" },
  strategy: { name: "atc", version: 1 },
  config: { feeBps: 10 },
  inputs: {},
  versions: { "@atc/runtime": "0.0.0" },
  platform: { node: "v20.0.0", os: "linux", arch: "x64", kernel: "wasm" },
  metrics: { sharpe: 0.3, cagr: null },
  digests: { curve: "0a" },
  trades: { count: 1, isStored: true },
  skipped: [],
  notes: [],
};
