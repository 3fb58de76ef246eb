import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ArrayStore, DataSource, Progress } from "@atc/contract";
import { isAtcError } from "@atc/contract";
import { inlineExecutor, workerExecutor } from "@atc/executor-worker";
import { mmapStore } from "@atc/mmap-store";
import { type CsvOptions, csv } from "@atc/source-csv";
import { describe, expect, it } from "vitest";
import type { IngestOptions, IngestReport } from "../src/index.ts";
import { datasetReport, ingest } from "../src/index.ts";
import { datasetBytes, type PlainBars, temporaryDirectories, writePlainBars } from "./csv-files.ts";

const newDirectory = temporaryDirectories();
const writeFile = (bars: PlainBars = {}): string => writePlainBars(newDirectory(), bars);
const modules = { "@atc/ingest": new URL("../dist/bundle/tasks.js", import.meta.url).href };
/** Little memory, so that the files of these tests are cut into slices. */
const memoryBytes = 1_000_000;

interface Outcome {
  readonly report: IngestReport;
  readonly dataset: object;
}

/**
 * Ingests. `road` is "placed" if the rows that were placed became the dataset, and "written" if they were written
 * again.
 */
async function ingested(
  source: DataSource,
  options: IngestOptions & { readonly segmentBytes?: number } = {},
): Promise<{ readonly outcome: Outcome; readonly road: string }> {
  const directory = newDirectory();
  const { segmentBytes, ...rest } = options;
  const store = mmapStore({ directory, backend: "read", ...(segmentBytes === undefined ? {} : { segmentBytes }) });
  const roads: string[] = [];
  const watched: ArrayStore = {
    ...store,
    layOut: async (lock, plan, place) => {
      const layout = await store.layOut(lock, plan, place);
      const { publish } = layout;
      const watchedPublish: typeof publish = async (attributes) => {
        roads.push("placed");
        return await publish(attributes);
      };
      return Object.assign(layout, { publish: watchedPublish });
    },
    create: async (lock, plan) => {
      roads.push("written");
      return await store.create(lock, plan);
    },
  };
  const { report } = await ingest(source, watched, { name: "d", memoryBytes, ...rest });
  const entries = readdirSync(join(directory, "d"));
  expect(entries.filter((entry) => !/^(manifest\.json|seg-.*\.arrow)$/.test(entry))).toEqual([]);
  expect((await store.verify("d")).faults).toEqual([]);
  return { outcome: { report, dataset: datasetBytes(directory, "d") }, road: roads.join() };
}

/** The source, read from its start. */
async function uncut(path: string, options: CsvOptions = {}): Promise<DataSource> {
  return { ...(await csv(path, options)), slices: async () => undefined };
}

/** The source, whose slices cannot be counted, so that they become runs. */
async function uncounted(path: string, options: CsvOptions): Promise<DataSource> {
  const source = await csv(path, options);
  return {
    ...source,
    slices: async (cut) => {
      const sliced = await source.slices?.(cut);
      if (sliced === undefined) return undefined;
      const module = join(newDirectory(), "reader.mjs");
      writeFileSync(module, `export { readSlice } from ${JSON.stringify(sliced.module)};`);
      return { ...sliced, module: `file://${module}` };
    },
  };
}

/** Ingests a file from its start and in slices, expects the same dataset, and returns the road of the latter. */
async function roadOf(
  path: string,
  options: IngestOptions & { readonly csv?: CsvOptions; readonly segmentBytes?: number } = {},
): Promise<{ readonly road: string; readonly report: IngestReport }> {
  const { csv: csvOptions = {}, ...rest } = options;
  const wanted = await ingested(await uncut(path, csvOptions), rest);
  expect(wanted.road).toBe("written");
  const found = await ingested(await csv(path, csvOptions), rest);
  expect(found.outcome).toEqual(wanted.outcome);
  return { road: found.road, report: found.outcome.report };
}

describe("counted rows become the dataset in their places", () => {
  it("if they are sorted", async () => {
    expect((await roadOf(writeFile())).road).toBe("placed");
  });

  it("if neighbours are not sorted, or one comes some slices too late", async () => {
    expect((await roadOf(writeFile({ minute: (bar) => bar ^ 1 }))).road).toBe("placed");
    const { road, report } = await roadOf(
      writeFile({ minute: (bar) => (bar > 0 && bar % 1000 === 0 ? bar - 500.5 : bar) }),
    );
    expect([road, report.totals.unsorted]).toEqual(["placed", 27]);
  });

  it("on threads", async () => {
    await using executor = workerExecutor({ modules, threads: 2 });
    const path = writeFile({ rows: 60_000, minute: (bar) => bar ^ 1 });
    expect((await roadOf(path, { executor, memoryBytes: 4_000_000 })).road).toBe("placed");
  });

  it("if most symbols come later in the file", async () => {
    const line = (row: number): string | undefined =>
      row > 25_000 ? `T${row},2020-01-01T00:00:00.000Z,101.23,102.23,101.23,101.23,${row}` : undefined;
    expect((await roadOf(writeFile({ line }))).road).toBe("placed");
  });

  it("for many symbols, in any order of times", async () => {
    for (const minute of [(bar: number) => bar, (bar: number) => bar ^ 3, (bar: number) => 1000 - bar])
      expect((await roadOf(writeFile({ symbols: 60, minute }))).road).toBe("placed");
    await using executor = workerExecutor({ modules, threads: 2 });
    const path = writeFile({ rows: 60_000, symbols: 120, minute: (bar) => (bar * 7) % 500 });
    expect((await roadOf(path, { executor, memoryBytes: 4_000_000, segmentBytes: 65_536 })).road).toBe("placed");
  });

  it("for symbols with many rows beside others with few", async () => {
    const line = (row: number): string | undefined =>
      row % 5 === 0 ? `T${row % 355},${new Date(1.6e12 + row * 60_000).toISOString()},1,2,1,2,${row}` : undefined;
    const { road, report } = await roadOf(writeFile({ symbols: 2, line }));
    expect([road, report.series.length]).toEqual(["placed", 73]);
    const twice = (row: number): string | undefined => line(row - (row % 10));
    expect((await roadOf(writeFile({ symbols: 2, line: twice }), { duplicates: "keep-all" })).road).toBe("placed");
  });

  it("across borders of segments", async () => {
    expect((await roadOf(writeFile({ minute: (bar) => bar ^ 3 }), { segmentBytes: 65_536 })).road).toBe("placed");
  });

  it("for a file without symbols, and for ticks of one time", async () => {
    const line = (row: number): string => `${1_600_000_000 + (row >> 2)},${100 + (row % 7)},${row % 3 === 0 ? 1 : 2}`;
    const path = writeFile({ header: "time,price,size", line });
    const { road, report } = await roadOf(path, { csv: { kind: "ticks" } });
    expect([road, report.totals.duplicates]).toEqual(["placed", 22_500]);
    const same = writeFile({ header: "time,price,size", line: (row) => `${1_600_000_000 + (row >> 1)},100,1` });
    const { report: twice } = await roadOf(same, { csv: { kind: "ticks" } });
    expect(twice.series.map(({ duplicates }) => duplicates)).toEqual([
      { count: 15_000, identical: 15_000, dropped: 0 },
    ]);
  });
});

describe("findings are the same on every road, and in a dataset that is read again", () => {
  async function findings(path: string, options: CsvOptions = {}): Promise<IngestReport> {
    const { road, report } = await roadOf(path, { csv: options });
    expect(road).toBe("placed");
    const runs = await ingested(await uncounted(path, options));
    expect([runs.road, runs.outcome.report]).toEqual(["written", report]);
    const store = mmapStore({ directory: newDirectory(), backend: "read" });
    await ingest(await csv(path, options), store, { name: "d", memoryBytes });
    using dataset = await store.open("d");
    const { series, totals } = await datasetReport(dataset);
    expect({ series, totals }).toEqual({ series: report.series, totals: report.totals });
    return report;
  }

  it("for ticks that repeat an earlier one of their time, not only the one before", async () => {
    const line = (row: number): string => `${1_600_000_000 + (row >> 2)},100,${[1, 2, 1, 2][row & 3]}`;
    const report = await findings(writeFile({ header: "time,price,size", line }), { kind: "ticks" });
    expect(report.series[0]?.duplicates).toEqual({ count: 22_500, identical: 15_000, dropped: 0 });
  });

  it("for a thousand ticks per time", async () => {
    const line = (row: number): string =>
      `${1_600_000_000 + Math.floor(row / 1000)},100,${row % 1000 < 600 ? row % 1000 : row % 300}`;
    const report = await findings(writeFile({ header: "time,price,size", line }), { kind: "ticks" });
    expect(report.series[0]?.duplicates).toEqual({ count: 29_970, identical: 12_000, dropped: 0 });
  });

  it("for opens outside of their range, gaps, shared gaps and jumps that revert", async () => {
    const start = Date.UTC(2020, 0, 1);
    const line = (row: number): string | undefined => {
      const symbol = row % 3;
      const bar = Math.floor(row / 3);
      // All lack one hour, and the first symbol lacks one more.
      const minute = bar + (bar > 4000 ? 60 : 0) + (symbol === 0 && bar > 6000 ? 60 : 0);
      const time = new Date(start + 300_000 * minute).toISOString();
      if (row === 9999) return `S0,${time},210,101,99,100,1`;
      if (row === 12_000) return `S0,${time},100,151,99,150,1`;
      return `S${symbol},${time},100,101,99,100,${row}`;
    };
    const { series, totals } = await findings(writeFile({ line }));
    expect(totals).toMatchObject({
      gaps: 1,
      sharedGaps: 3,
      opensOutsideRange: 1,
      ohlcViolations: 1,
      revertingJumps: 1,
    });
    expect(series[0]?.gaps).toMatchObject({ count: 1, shared: 1 });
    expect(series[0]?.opensOutsideRange?.places).toMatchObject([{ open: 210, low: 99, high: 101 }]);
  });
});

describe("counted rows are written again", () => {
  it("if one is bad", async () => {
    const path = writeFile({ line: (row) => (row === 20_000 ? "S1,2020-01-01,x,1,1,1,1" : undefined) });
    const { road, report } = await roadOf(path, { csv: { badRows: "skip" } });
    expect([road, report.badRows.count]).toEqual(["written", 1]);
  });

  it("if one of equal times is dropped", async () => {
    const { road, report } = await roadOf(writeFile({ minute: (bar) => (bar === 7000 ? 6999 : bar) }));
    expect([road, report.totals.dropped]).toEqual(["written", 3]);
  });

  it("if a symbol of few rows has a bad one, or two of one time", async () => {
    const bad = writeFile({ symbols: 60, line: (row) => (row === 20_000 ? "S1,2020-01-01,x,1,1,1,1" : undefined) });
    expect((await roadOf(bad, { csv: { badRows: "skip" } })).road).toBe("written");
    const tied = writeFile({ symbols: 60, minute: (bar) => (bar === 400 ? 399 : bar) });
    for (const duplicates of ["keep-first", "keep-last"] as const)
      expect(await roadOf(tied, { duplicates })).toMatchObject({
        road: "written",
        report: { totals: { dropped: 60 } },
      });
  });

  it("if the file begins with the newest", async () => {
    expect((await roadOf(writeFile({ minute: (bar) => 20_000 - bar }))).road).toBe("written");
  });

  it("if rows are much shorter than at the start of the file", async () => {
    const line = (row: number): string | undefined => (row > 25_000 ? "S1,2021-01-01,1,1,1,1,1" : undefined);
    expect((await roadOf(writeFile({ line }), { duplicates: "keep-all" })).road).toBe("written");
  });
});

describe("faults while rows are placed", () => {
  it("equal times under the policy error are reported", async () => {
    const source = await csv(writeFile({ minute: (bar) => (bar === 7000 ? 6999 : bar) }));
    const failed = await ingested(source, { duplicates: "error" }).catch((error: unknown) => error);
    expect(isAtcError(failed, "ATC_INVALID_DATA") && failed.message).toContain('symbol "S0" has 1 rows at a time');
  });

  it("a source that counts wrongly is read again without its counts", async () => {
    const path = writeFile();
    const wanted = await ingested(await uncut(path));
    const module = join(newDirectory(), "reader.mjs");
    for (const change of ["rows[0]--", "rows[0]++", 'symbols[0] = "other"', "position += 10"]) {
      const source = await csv(path);
      const sliced = await source.slices?.({ length: 1e9 });
      writeFileSync(
        module,
        `import * as reader from ${JSON.stringify(sliced?.module)};
        export const readSlice = reader.readSlice;
        export async function countSlice(...given) {
          let { symbols, rows, position } = await reader.countSlice(...given);
          symbols = [...symbols];
          ${change};
          return { symbols, rows, position };
        }`,
      );
      const wrong: DataSource = {
        ...source,
        slices: async (options) => {
          const cut = await source.slices?.(options);
          return cut && { ...cut, module: `file://${module}?${encodeURIComponent(change)}` };
        },
      };
      const found = await ingested(wrong);
      expect(found.outcome).toEqual(wanted.outcome);
      expect(found.road).toBe("written");
    }
  });

  for (const phase of ["counting", "reading", "sorting", "writing"])
    it(`an abort while ${phase} leaves nothing`, async () => {
      const controller = new AbortController();
      const directory = newDirectory();
      const seen = new Set<string>();
      const onProgress = (progress: Progress): void => {
        seen.add(progress.phase);
        if (progress.phase === phase) controller.abort();
      };
      const options = { name: "d", memoryBytes, onProgress, signal: controller.signal };
      // Progress comes every 50 ms: reading must take longer, or all is read at its first report.
      const file = writeFile({ rows: phase === "reading" ? 120_000 : 30_000 });
      const failed = await ingest(await csv(file), mmapStore({ directory }), options).catch((e: unknown) => e);
      expect(isAtcError(failed, "ATC_ABORTED")).toBe(true);
      expect([...seen].at(-1)).toBe(phase);
      expect(readdirSync(directory)).toEqual([]);
    });

  const canMount = process.platform === "linux" && process.getuid?.() === 0;
  it.skipIf(!canMount)("a full disk ends with ATC_NO_SPACE and leaves nothing (needs root and mount)", async () => {
    const directory = join(newDirectory(), "small");
    mkdirSync(directory);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=900k", "tmpfs", directory], { stdio: "ignore" });
    } catch {
      return;
    }
    try {
      const source = await csv(writeFile());
      const failed = await ingest(source, mmapStore({ directory }), { name: "d", memoryBytes }).catch(
        (e: unknown) => e,
      );
      expect(isAtcError(failed) ? failed.code : failed).toBe("ATC_NO_SPACE");
      expect(readdirSync(directory)).toEqual([]);
    } finally {
      execFileSync("umount", [directory]);
    }
  });

  it("a slice whose place is damaged is read again after a crash", async () => {
    const path = writeFile({ minute: (bar) => bar ^ 1 });
    const wanted = await ingested(await csv(path));
    const directory = newDirectory();
    const store = mmapStore({ directory, backend: "read" });
    await using inline = inlineExecutor({ modules });
    let slices = 0;
    const counted = {
      ...inline,
      submit: ((task, ...rest) => {
        if (task.task.endsWith("#readSlice")) slices++;
        return inline.submit(task, ...rest);
      }) as typeof inline.submit,
    };
    // A crash leaves the lock's scratch directory: it is copied before the lock removes it.
    const kept = join(newDirectory(), "kept");
    const stop = new AbortController();
    const onProgress = ({ phase }: Progress): void => {
      if (phase !== "sorting") return;
      const scratch = readdirSync(join(directory, "d")).find((entry) => entry.startsWith(".scratch-")) ?? "";
      execFileSync("cp", ["-r", join(directory, "d", scratch), kept]);
      stop.abort();
    };
    await ingest(await csv(path), store, {
      name: "d",
      memoryBytes,
      executor: counted,
      onProgress,
      signal: stop.signal,
    }).catch(() => undefined);
    const all = slices;
    expect(all).toBeGreaterThan(3);
    for (const damage of [0, 1]) {
      const crashed = newDirectory();
      mkdirSync(join(crashed, "d"));
      const left = join(crashed, "d", ".scratch-1-gone");
      execFileSync("cp", ["-r", kept, left]);
      const segment = join(left, "runs", "placed", readdirSync(join(left, "runs", "placed"))[0] ?? "");
      const bytes = readFileSync(segment);
      // A bit within the closes of the first rows.
      if (damage === 1) bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
      writeFileSync(segment, bytes);
      slices = 0;
      await ingest(await csv(path), mmapStore({ directory: crashed }), { name: "d", memoryBytes, executor: counted });
      expect(slices).toBe(damage);
      expect(datasetBytes(crashed, "d")).toEqual(wanted.outcome.dataset);
    }
  });
});
