import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { appendFiles, datasetInfo, exportData, ingestFile, openBacktest } from "@atc/runtime";
import { saveBacktest, saveSweep } from "@atc/runtime/runs";
import { readSweepTable, runSweep } from "@atc/runtime/sweeps";
import { newFolder } from "../new-folder.js";
import { withRuntime, writeBars } from "./market-project.js";
import { wholeRuns } from "./whole-runs.js";

const symbols = ["A", "B"];
const bars = 260;
const definition = { grid: { emaLength: "10..30:10", stopLoss: "0,0.04" } };
const search = { definition, validate: false, isRecorded: true };

async function prepare(folder) {
  await writeBars(folder, "bars.csv", symbols, 0, bars);
  await writeBars(folder, "more.csv", symbols, bars - 10, bars + 40);
  await withRuntime(folder, {}, (runtime) => ingestFile(runtime, "bars.csv", { name: "d" }));
}

const sweepIn = (folder, options = {}, { cache = true, after } = {}) =>
  withRuntime(folder, { cache, defersRules: true }, async (runtime) => {
    const outcome = await runSweep(runtime, "d", { ...search, ...options });
    await after?.(runtime, outcome);
    return JSON.stringify(outcome.recorded?.digests);
  });

/** What a sweep gives where nothing fails and nothing is stored. */
const quiet = once(async () => {
  const folder = await newFolder();
  try {
    await prepare(folder);
    return await sweepIn(folder, {}, { cache: false });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function once(make) {
  let made;
  return () => {
    made ??= make();
    return made;
  };
}

async function checked(digests) {
  if ((await digests) !== (await quiet())) throw new RangeError("the sweep gives other figures than a quiet one");
}

/** Each stored run with its kind, and with how much it holds. */
const contentOf = (folder) =>
  wholeRuns(
    folder,
    ({ kind, table, digests, trades }) =>
      `${kind} ${JSON.stringify(table?.columns ?? digests).length} ${trades?.count ?? ""}`,
  );

/** The next sweep finds what an interrupted one has stored, and gives the figures of a quiet one. */
async function sweepState(folder) {
  await checked(sweepIn(folder));
  return "the figures of a quiet sweep";
}

/** The rows of a table, and whether the sweep that they are of is known. */
async function tableState(folder) {
  return await withRuntime(folder, {}, async (runtime) => {
    const text = await readFile(join(folder, "table.csv"), "utf8");
    const table = await readSweepTable(runtime, "table.csv");
    try {
      let rows = 0;
      for await (const batch of table.evaluations()) rows += batch.length;
      return `${rows} rows in ${text.length} characters${table.description === undefined ? "" : ", described"}`;
    } finally {
      await table[Symbol.asyncDispose]();
    }
  });
}

const filesOfExport = ["rows.csv", "rows.arrow"];

async function exportAll(folder, options = {}) {
  await withRuntime(folder, {}, async (runtime) => {
    for (const file of filesOfExport)
      await exportData(runtime, "d", { file: join(folder, file), force: true, ...options });
  });
}

async function exportState(folder) {
  const digests = filesOfExport.map(async (file) => {
    const bytes = await readFile(join(folder, file));
    return `${file} ${createHash("sha1").update(bytes).digest("hex").slice(0, 8)}`;
  });
  return (await Promise.all(digests)).join(" ");
}

async function notesState(folder) {
  return await withRuntime(folder, {}, async (runtime) => {
    const { manifest, notes, history } = await datasetInfo(runtime, "d");
    const { faults } = await runtime.store.verify("d");
    const readings = history?.map(({ source, rowsRead }) => `${basename(source)} ${rowsRead}`);
    return JSON.stringify([manifest.rows, notes?.map(({ text }) => text), readings, faults.map(({ what }) => what)]);
  });
}

/** @type {readonly import("./operation.js").Operation[]} */
export const searchOperations = [
  { name: "sweep", prepare, run: (folder) => checked(sweepIn(folder)), state: sweepState, isDurable: true },
  {
    name: "sweep, continued",
    async prepare(folder) {
      await prepare(folder);
      const less = { definition: { grid: { emaLength: "10,30", stopLoss: "0,0.04" } } };
      await sweepIn(folder, less);
    },
    run: (folder) => checked(sweepIn(folder)),
    state: sweepState,
    isDurable: true,
  },
  {
    name: "sweep, stored as a run",
    prepare,
    run: (folder) => checked(sweepIn(folder, {}, { after: (runtime, outcome) => saveSweep(runtime, outcome, search) })),
    state: contentOf,
    isDurable: true,
  },
  {
    name: "sweep, to a table",
    async prepare(folder) {
      await prepare(folder);
      await sweepIn(folder, { definition: { grid: { emaLength: "10,20" } }, table: "table.csv" });
    },
    run: (folder) => checked(sweepIn(folder, { table: "table.csv" })),
    state: tableState,
    isDurable: true,
    // The old description goes before the old table, and the new one comes after the new table.
    between: (before, after) => [before, after].map((state) => state.replace(", described", "")),
  },
  {
    name: "export to files",
    async prepare(folder) {
      await prepare(folder);
      await exportAll(folder, { symbols: ["A"] });
    },
    run: (folder) => exportAll(folder),
    state: exportState,
    isDurable: true,
    between: (before, after) => [
      `${after.slice(0, after.indexOf(" rows.arrow"))}${before.slice(before.indexOf(" rows.arrow"))}`,
    ],
  },
  {
    name: "backtest, stored as a run",
    prepare,
    run: (folder) =>
      withRuntime(folder, {}, async (runtime) => {
        const outcome = await openBacktest(runtime, "d", { curves: true });
        try {
          await saveBacktest(runtime, outcome);
        } finally {
          outcome[Symbol.dispose]();
        }
      }),
    state: contentOf,
    isDurable: true,
  },
  {
    name: "append of a file, with notes",
    prepare,
    run: async (folder) => void (await withRuntime(folder, {}, (runtime) => appendFiles(runtime, "d", ["more.csv"]))),
    state: notesState,
    isDurable: true,
  },
];
