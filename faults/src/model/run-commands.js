import { createHash } from "node:crypto";
import { findRun, listRuns, openRun, pruneRuns, removeRun, saveRun } from "@atc/runs";
import { draft } from "../operations/sample-run.js";
import { runsIn } from "../operations/whole-runs.js";

const symbols = [{ symbol: "A", content: "c1", rows: 2, digests: { curve: "1" }, metrics: { sharpe: 1 } }];

/** Portions that need several writes, so that a kill may fall between them. */
function portionsOf(seed) {
  return Array.from({ length: 3 }, (_, portion) =>
    Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31 + seed + portion) % 251),
  );
}

function hashOf(portions) {
  const hash = createHash("sha1");
  for (const portion of portions) hash.update(portion);
  return hash.digest("hex");
}

/** What all files of a run hold, verified. */
async function textOf(name, directory) {
  const opened = await openRun(name, { directory });
  await opened.symbols();
  return `${opened.run.config.feeBps} ${hashOf([await opened.read("trades.arrow")])}`;
}

/** Commands on the stored runs of a folder. A run follows from its fee, its seed and its time. */
export function commandsOf(folder) {
  const directory = runsIn(folder);
  return {
    text: ({ fee, seed }) => `${fee} ${hashOf(portionsOf(seed))}`,
    async save({ fee, seed, createdAt }) {
      const files = { "trades.arrow": portionsOf(seed) };
      const run = { ...draft, config: { feeBps: fee } };
      const { id, inputDigest } = await saveRun({ directory, run, symbols, files, createdAt });
      return { id, inputDigest };
    },
    /** The runs with what they hold, the newest first. */
    async list() {
      const found = [];
      for (const { id, problem } of await listRuns({ directory }))
        found.push([id, problem === undefined ? await textOf(id, directory) : problem.message]);
      return found;
    },
    open: ({ name }) => textOf(name, directory),
    find: async ({ digest }) => (await findRun(digest, { directory }))?.id,
    remove: ({ name }) => removeRun(name, { directory }),
    prune: (options) => pruneRuns({ directory, ...options }),
  };
}
