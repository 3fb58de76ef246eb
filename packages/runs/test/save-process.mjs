// Stores runs in a folder until it is killed, or as many as the third argument says. Prints the name of each run after
// it is stored, so that a test knows what must be there.
import { saveRun } from "../dist/bundle/index.js";

const [directory = "", first = "0", count = "100000", createdAt] = process.argv.slice(2);

const run = {
  kind: "backtest",
  data: { dataset: "d", generation: 1, fingerprint: "f", content: "c", rows: 2, symbols: 1, path: "d.csv" },
  strategy: { name: "atc", version: 1 },
  config: {},
  inputs: {},
  versions: {},
  platform: { node: process.version, os: "linux", arch: "x64", kernel: "wasm" },
  metrics: {},
  digests: {},
  trades: { count: 1, isStored: true },
  skipped: [],
  notes: [],
};
const symbols = Array.from({ length: 200 }, (_, i) => ({ symbol: `S${i}`, rows: 1, digests: {}, metrics: {} }));

/** Portions that need several writes, so that a kill may fall between them. */
function* portions(seed) {
  for (let i = 0; i < 40; i++) yield new Uint8Array(16_384).fill((seed + i) % 256);
}

for (let i = 0; i < Number(count); i++) {
  const seed = Number(first) + i;
  const files = { "trades.arrow": portions(seed), "report.npz": portions(seed + 1) };
  const time = createdAt === undefined ? {} : { createdAt: Number(createdAt) };
  // Two processes that have the same time store the same run.
  const { id } = await saveRun({
    directory,
    run: createdAt === undefined ? { ...run, seed } : run,
    symbols,
    files,
    ...time,
  });
  process.stdout.write(`${id}\n`);
}
