import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createCache } from "@atc/cache";
import { cacheFs } from "@atc/cache-fs";
import { appendFiles, ingestFile, openBacktest } from "@atc/runtime";
import { listRuns, openRun, pruneRuns, saveBacktest } from "@atc/runtime/runs";
import { runSweep } from "@atc/runtime/sweeps";
import { withRuntime, writeBars } from "../operations/market-project.js";

/** The symbols of all files here. */
const symbols = ["A", "B", "C"];

/** Rows per symbol of the dataset after its ingest, and after each append. Then it is ingested again. */
const lengths = [300, 340, 380, 420];

/** Datasets that the processes share. */
const datasets = ["first", "second"];

const keptRuns = 20;
const definition = { grid: { emaLength: "10,20,30", stopLoss: "0,0.04" } };

const fileOf = (from, to) => `bars-${from}-${to}.csv`;

/** Writes the files that are ingested and appended. */
export async function writeInputs(folder) {
  await mkdir(folder, { recursive: true });
  for (const [place, length] of lengths.entries()) {
    // The appended rows begin with some that are stored.
    const from = place === 0 ? 0 : lengths[place - 1] - 10;
    await writeBars(folder, fileOf(from, length), symbols, from, length);
  }
}

function digestOf(value) {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}

/** The rows per symbol of a dataset; 0 if there is none. */
async function lengthOf({ store }, name) {
  const manifest = await store.find(name);
  return manifest === undefined ? 0 : manifest.rows / symbols.length;
}

const figuresOf = ({ portfolio, symbols: own }) => digestOf([portfolio, own]);

async function backtest(runtime, name, { isSaved }) {
  const outcome = await openBacktest(runtime, name, { curves: isSaved });
  try {
    const found = { rows: outcome.origin.manifest.rows / symbols.length, digest: figuresOf(outcome.report) };
    if (isSaved) await saveBacktest(runtime, outcome);
    return found;
  } finally {
    outcome[Symbol.dispose]();
  }
}

async function sweep(runtime, name) {
  const outcome = await runSweep(runtime, name, { definition, validate: false, isRecorded: true });
  return { rows: outcome.origin.manifest.rows / symbols.length, digest: digestOf(outcome.recorded?.digests) };
}

/** Adds the next rows to a dataset, or begins it again. */
async function grow(runtime, name, inputs) {
  const length = await lengthOf(runtime, name);
  const place = lengths.indexOf(length);
  if (length > 0 && place < 0) throw new RangeError(`the dataset "${name}" has ${length} rows per symbol`);
  if (place < 0 || place === lengths.length - 1)
    await ingestFile(runtime, join(inputs, fileOf(0, lengths[0])), { name, dropAppended: true });
  else await appendFiles(runtime, name, [join(inputs, fileOf(lengths[place] - 10, lengths[place + 1]))]);
}

async function compact({ store }, name) {
  if ((await store.find(name)) === undefined) return;
  const lock = await store.lock(name);
  try {
    await store.compact(lock);
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

/** Checks all rows of a dataset against their checksums. */
async function verify({ store }, name) {
  if ((await store.find(name)) === undefined) return;
  const { faults } = await store.verify(name);
  if (faults.length > 0) throw new RangeError(`the dataset "${name}" is damaged: ${faults[0].what}`);
}

/** Reads each file of the newest runs. */
async function readRuns({ config }) {
  const directory = config.runsDir;
  for (const { id, problem } of (await listRuns({ directory })).slice(0, 3)) {
    if (problem !== undefined) throw problem;
    const opened = await openRun(id, { directory }).catch((error) => {
      // Another process has pruned it.
      if (error?.code !== "ATC_NOT_FOUND") throw error;
    });
    for (const file of opened?.files ?? []) await opened.read(file).catch(absentRun);
  }
}

function absentRun(error) {
  if (
    !["ATC_NOT_FOUND", "ATC_CORRUPT_DATA"].includes(error?.code) ||
    !/ENOENT|no such|missing/i.test(String(error.cause ?? error.message))
  )
    throw error;
}

const seededValues = (seed) => Float64Array.from({ length: 200 + seed * 50 }, (_, i) => Math.sin(i * (seed + 1)));

/** Stores values in a cache of small size, and reads them. A value is the one of its key, or it is not there. */
async function useCache(folder, random) {
  const store = await cacheFs({ directory: join(folder, "values"), maxBytes: 200_000 });
  const cache = createCache({ store, memoryBytes: 0, warn: () => undefined });
  try {
    for (let i = 0; i < 12; i++) {
      const seed = random.below(60);
      const key = { kind: "soak", input: String(seed), parameters: {}, algorithm: "sin", version: 1 };
      const found = await cache.get(key);
      if (found === undefined) await cache.set(key, { arrays: { values: seededValues(seed) } });
      else if (digestOf([...found.arrays.values]) !== digestOf([...seededValues(seed)]))
        throw new RangeError(`the cache has another value for the seed ${seed}`);
    }
  } finally {
    await cache[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  }
}

/** Makes the datasets. */
export async function makeDatasets(folder, inputs) {
  for (const name of datasets) await withRuntime(folder, {}, (runtime) => grow(runtime, name, inputs));
}

/** What a quiet run gives for each length: the digests by the name of the work and the rows per symbol. */
export async function quietResults(folder, inputs) {
  const results = {};
  for (const _ of lengths)
    await withRuntime(folder, { cache: false, defersRules: true }, async (runtime) => {
      await grow(runtime, "first", inputs);
      for (const [work, run] of Object.entries({ backtest, sweep })) {
        const { rows, digest } = await run(runtime, "first", { isSaved: false });
        results[`${work} ${rows}`] = digest;
      }
    });
  return results;
}

/**
 * The works of a process, by name. Each takes a folder, the folder of the input, random numbers and the results of a
 * quiet run, and throws a RangeError for a result that is wrong.
 */
export function worksOf({ folder, inputs, random, quiet }) {
  const name = () => random.pick(datasets);
  const onData = (work) => () => withRuntime(folder, { defersRules: true }, (runtime) => work(runtime, name()));
  const checked = (work, { rows, digest }) => {
    const expected = quiet[`${work} ${rows}`];
    if (digest !== expected) throw new RangeError(`${work} over ${rows} rows gives ${digest}, not ${expected}`);
  };
  return {
    grow: onData((runtime, one) => grow(runtime, one, inputs)),
    compact: onData(compact),
    verify: onData(verify),
    backtest: onData(async (runtime, one) => checked("backtest", await backtest(runtime, one, { isSaved: false }))),
    "stored backtest": onData(async (runtime, one) =>
      checked("backtest", await backtest(runtime, one, { isSaved: true })),
    ),
    sweep: onData(async (runtime, one) => checked("sweep", await sweep(runtime, one))),
    runs: onData(async (runtime) => {
      await readRuns(runtime);
      await pruneRuns({ directory: runtime.config.runsDir, keep: keptRuns });
    }),
    cache: () => useCache(folder, random),
  };
}
