import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DataSource } from "@atc/contract";
import { isAtcError } from "@atc/contract";
import { workerExecutor } from "@atc/executor-worker";
import { mmapStore } from "@atc/mmap-store";
import { type CsvOptions, csv } from "@atc/source-csv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IngestOptions } from "../src/index.ts";
import { ingest } from "../src/index.ts";
import { datasetBytes, temporaryDirectories, writeBars } from "./csv-files.ts";
import { memoryStore } from "./memory-store.ts";

const newDirectory = temporaryDirectories();
/** The threads run the built package. */
const modules = { "@atc/ingest": new URL("../dist/bundle/tasks.js", import.meta.url).href };
/** Little memory for rows: a file of a megabyte is cut into dozens of slices, and each series into parts. */
const memoryBytes = 1_000_000;

/** A source that can be read from its start only. */
async function uncut(path: string, options: CsvOptions): Promise<DataSource> {
  const source = await csv(path, options);
  return { ...source, slices: async () => undefined };
}

async function ingested(source: DataSource, options: IngestOptions): Promise<{ report: object; dataset: object }> {
  const directory = newDirectory();
  const store = mmapStore({ directory, backend: "read" });
  const { report } = await ingest(source, store, { name: "d", memoryBytes, ...options });
  expect(readdirSync(join(directory, "d")).filter((entry) => !/^(manifest\.json|seg-.*\.arrow)$/.test(entry))).toEqual(
    [],
  );
  return { report, dataset: datasetBytes(directory, "d") };
}

describe("a source read in slices", () => {
  for (const duplicates of ["keep-last", "keep-first", "keep-all"] as const)
    it(`gives the same dataset and report as one read from its start, on one thread or more: ${duplicates}`, async () => {
      const path = writeBars(newDirectory(), 20_000);
      const options: CsvOptions = { badRows: "skip" };
      const wanted = await ingested(await uncut(path, options), { duplicates });
      const inMemory = await ingested(await uncut(path, options), { duplicates, memoryBytes: 2 ** 30 });
      expect(inMemory).toEqual(wanted);
      expect(await ingested(await csv(path, options), { duplicates })).toEqual(wanted);
      await using executor = workerExecutor({ modules, threads: 3 });
      expect(await ingested(await csv(path, options), { duplicates, executor })).toEqual(wanted);
      expect(wanted.report).toMatchObject({ badRows: { count: 20, reasons: { number: 20 } } });
    });

  it("names file and line of the first bad row, whichever thread finds one first", async () => {
    const directory = newDirectory();
    const path = writeBars(directory, 20_000);
    const failure = async (source: DataSource, options: IngestOptions): Promise<string> =>
      await ingested(source, options).then(
        () => "",
        (error: unknown) => (isAtcError(error, "ATC_INVALID_DATA") ? error.message : String(error)),
      );
    const wanted = await failure(await uncut(path, {}), {});
    expect(wanted).toContain(`"${path}" line 515,`);
    expect(await failure(await csv(path), {})).toBe(wanted);
    await using executor = workerExecutor({ modules, threads: 3 });
    expect(await failure(await csv(path), { executor })).toBe(wanted);
  });

  it("gives the same rows of any shape, at whatever byte a slice ends", async () => {
    const field = fc.constantFrom("1", "22.5", "", "x", '"3"', '"a\nb"', '"c""\n\nd"', '"open', "é");
    const row = fc.tuple(fc.constantFrom("A", "B", '"A"', '"B\nC"'), fc.integer({ min: 0, max: 9 }), field, field);
    const directory = newDirectory();
    const path = join(directory, "f.csv");
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 60, maxLength: 120 }),
        fc.constantFrom("\n", "\r\n"),
        async (rows, eol) => {
          const good = Array.from({ length: 30 }, (_, i) => `A,${1_700_000_000 + i},1,2,plain`);
          const odd = rows.map(([symbol, second, close, note]) =>
            [symbol, 1_700_000_000 + second, close, 1, note].join(","),
          );
          writeFileSync(path, ["symbol,timestamp,close,volume,note", ...good, ...odd, ""].join(eol));
          const results: object[] = [];
          for (const open of [uncut, csv]) {
            const store = memoryStore();
            try {
              const { report } = await ingest(await open(path, { badRows: "skip", kind: "bars" }), store, {
                name: "d",
                memoryBytes: 4096,
              });
              const columns = report.series.map(({ symbol }) => [
                symbol,
                store.column("d", symbol, "close"),
                store.column("d", symbol, "timestamp"),
              ]);
              results.push({ report, columns });
            } finally {
              await store[Symbol.asyncDispose]();
            }
          }
          expect(results[1]).toEqual(results[0]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("reports progress in bytes to the end, and can be aborted", async () => {
    const path = writeBars(newDirectory(), 20_000);
    const seen: string[] = [];
    let most = 0;
    const onProgress: NonNullable<IngestOptions["onProgress"]> = ({ phase, done, total = 0, unit }) => {
      seen.push(`${phase} ${unit}`);
      if (phase === "reading") most = Math.max(most, done / total);
    };
    await ingested(await csv(path, { badRows: "skip" }), { onProgress });
    expect([...new Set(seen)]).toEqual(["reading bytes", "sorting symbols", "writing rows"]);
    expect(most).toBeGreaterThan(0.5);
    for (const phase of ["reading", "sorting", "writing"]) {
      const stop = new AbortController();
      const listener: typeof onProgress = (progress) => {
        if (progress.phase === phase) stop.abort();
      };
      const aborted = ingested(await csv(path, { badRows: "skip" }), { signal: stop.signal, onProgress: listener });
      await expect(aborted).rejects.toMatchObject({ code: "ATC_ABORTED" });
    }
  });
});
