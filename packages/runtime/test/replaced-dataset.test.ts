import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Executor } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { workerExecutor } from "@atc/executor-worker";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { figuresCodec } from "../src/backtest/result-codecs.ts";
import { threadBatches } from "../src/backtest/thread-batches.ts";
import { createThreadDatasets, datasetRef } from "../src/compute/thread-datasets.ts";
import { computeSignals, ingestFile, openData, openRuntime, type Runtime, scanSignals } from "../src/index.ts";
import { openSpool } from "../src/spool/open-spool.ts";

let cwd: string;
let runtime: Runtime;
const file = (): string => join(cwd, "bars.csv");

async function writeBars(first: number): Promise<void> {
  const rows = Array.from({ length: 60 }, (_, i) => `A,${1.5e12 + i * 36e5},${first + (i % 7)}`);
  await writeFile(file(), `symbol,timestamp,close\n${rows.join("\n")}\n`);
}

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-replaced-"));
  runtime = await openRuntime({ cwd, env: {}, config: { dataDir: join(cwd, "data"), useMemoryMapped: true } });
  await writeBars(10);
  await ingestFile(runtime, file(), { name: "bars" });
});
afterEach(async () => {
  await runtime[Symbol.asyncDispose]();
  await rm(cwd, { recursive: true, force: true });
});

async function remove(): Promise<void> {
  expect(await runtime.store.delete("bars")).toBe(true);
}

async function replace(first: number): Promise<void> {
  await writeBars(first);
  await ingestFile(runtime, file(), { name: "bars" });
}

describe("the datasets of a thread", () => {
  it("are opened once, and again after all were closed", async () => {
    using opened = await openData(runtime, "bars");
    const datasets = createThreadDatasets();
    const ref = datasetRef(runtime.storeRef, opened.dataset.manifest);
    const first = await datasets.open(ref);
    expect(await datasets.open({ ...ref })).toBe(first);
    datasets.close();
    expect(() => first.series("A")).toThrow("disposed");
    expect((await datasets.open(ref)).series("A").length).toBe(60);
    datasets.close();
  });

  it.each([
    ["replaced more often than generations are kept", () => replace(20).then(() => replace(30))],
    ["deleted", () => remove()],
    // The new one has the same generation number.
    ["deleted and written again", () => remove().then(() => replace(20))],
  ])("are the caller's: one that was %s is ATC_REPLACED", async (_what, change) => {
    using opened = await openData(runtime, "bars");
    const ref = datasetRef(runtime.storeRef, opened.dataset.manifest);
    await change();
    const datasets = createThreadDatasets();
    await expect(datasets.open(ref)).rejects.toMatchObject({ code: "ATC_REPLACED", details: { name: "bars" } });
    expect(opened.dataset.series("A").length).toBe(60);
    datasets.close();
  });

  it("are the caller's: one that was replaced once is still there", async () => {
    using opened = await openData(runtime, "bars");
    await replace(20);
    const datasets = createThreadDatasets();
    const dataset = await datasets.open(datasetRef(runtime.storeRef, opened.dataset.manifest));
    expect(dataset.series("A").window("close", 0, 1)[0]).toBe(10);
    datasets.close();
  });

  it("close a generation when the next is asked for", async () => {
    const datasets = createThreadDatasets();
    using before = await openData(runtime, "bars");
    const old = await datasets.open(datasetRef(runtime.storeRef, before.dataset.manifest));
    await replace(20);
    using after = await openData(runtime, "bars");
    const next = await datasets.open(datasetRef(runtime.storeRef, after.dataset.manifest));
    expect(next.series("A").window("close", 0, 1)[0]).toBe(20);
    expect(() => old.series("A")).toThrow("disposed");
    datasets.close();
  });
});

describe("an executor that fails", () => {
  beforeEach(async () => {
    const rows = ["A", "B"].flatMap((symbol) => Array.from({ length: 60 }, (_, i) => `${symbol},${1e12 + i * 36e5},7`));
    await writeFile(join(cwd, "two.csv"), `symbol,timestamp,close\n${rows.join("\n")}\n`);
    await ingestFile(runtime, join(cwd, "two.csv"), { name: "two" });
  });
  const failing = (code: "ATC_NOT_FOUND" | "ATC_REPLACED" | "ATC_UNSUPPORTED"): Executor => ({
    concurrency: 2,
    submit: () => Promise.reject(new AtcError(code, "no")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
  const broken = (): Executor =>
    workerExecutor({ threads: 1, modules: { "@atc/runtime": "data:text/javascript,throw new Error('no module')" } });

  it("has the caller compute a dataset that was replaced", async () => {
    using opened = await openData(runtime, "bars");
    using spool = openSpool({ symbols: [{ symbol: "A", bars: 60 }], folders: [], warn: () => undefined });
    const options = {
      codec: figuresCodec,
      metrics: [],
      dataset: opened.dataset,
      bars: 60,
      executor: failing("ATC_REPLACED"),
      spool,
    };
    expect(await threadBatches(runtime, options).compute(["A"])).toBeUndefined();
    const threaded: Runtime = { ...runtime, usesCache: false, executor: async () => failing("ATC_REPLACED") };
    expect((await computeSignals(threaded, "bars")).length).toBe(60);
    const scanned = await scanSignals({ ...threaded, config: { ...runtime.config, batchSize: 1 } }, "two");
    expect(scanned.symbols.map(({ bars }) => bars)).toEqual([60, 60]);
  });

  it.each([
    ["a task that is not there", () => failing("ATC_NOT_FOUND"), "ATC_NOT_FOUND"],
    ["a task of another version", () => failing("ATC_UNSUPPORTED"), "ATC_UNSUPPORTED"],
    ["a module of tasks that does not load", broken, "ATC_UNSUPPORTED"],
  ])("is not a reason to compute without it: %s", async (_what, create, code) => {
    using opened = await openData(runtime, "bars");
    await using executor = create();
    using spool = openSpool({ symbols: [{ symbol: "A", bars: 60 }], folders: [], warn: () => undefined });
    const batches = threadBatches(runtime, {
      codec: figuresCodec,
      metrics: [],
      dataset: opened.dataset,
      bars: 60,
      executor,
      spool,
    });
    await expect(batches.compute(["A"])).rejects.toMatchObject({ code });
    const threaded: Runtime = { ...runtime, usesCache: false, executor: async () => executor };
    await expect(computeSignals(threaded, "bars")).rejects.toMatchObject({ code });
    const small = { ...threaded, executor: async () => create(), config: { ...runtime.config, batchSize: 1 } };
    await expect(scanSignals(small, "two")).rejects.toMatchObject({ code });
  });
});
