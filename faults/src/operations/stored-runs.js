import { pruneRuns, saveRun } from "@atc/runs";
import { draft } from "./sample-run.js";
import { runsIn, wholeRuns } from "./whole-runs.js";

const symbols = [{ symbol: "A", content: "c1", rows: 2, digests: { curve: "1" }, metrics: { sharpe: 1 } }];
const trades = Uint8Array.from({ length: 3000 }, (_, i) => i % 251);

async function save(folder, minute) {
  await saveRun({
    directory: runsIn(folder),
    run: { ...draft, config: { feeBps: minute } },
    symbols,
    files: { "trades.arrow": [trades.subarray(0, 1000), trades.subarray(1000)] },
    createdAt: Date.UTC(2026, 0, 2, 3, minute),
  });
}

/** Each listed run with its fees. */
const content = (folder) => wholeRuns(folder, (run) => String(run.config.feeBps));

/** @type {readonly import("./operation.js").Operation[]} */
export const runOperations = [
  {
    name: "run save",
    prepare: (folder) => save(folder, 1),
    run: (folder) => save(folder, 2),
    state: content,
    isDurable: true,
  },
  {
    name: "run save, first of all",
    prepare: async () => undefined,
    run: (folder) => save(folder, 2),
    state: content,
    isDurable: true,
  },
  {
    name: "run prune",
    prepare: async (folder) => {
      for (const minute of [1, 2, 3]) await save(folder, minute);
    },
    run: async (folder) => void (await pruneRuns({ directory: runsIn(folder), keep: 1 })),
    state: content,
    isDurable: false,
    // Runs are removed one after the other.
    between: () => ["3 2", "3 1"],
  },
];
