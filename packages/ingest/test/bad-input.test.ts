import { execFileSync } from "node:child_process";
import { appendFileSync, closeSync, mkdirSync, openSync, readdirSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Executor } from "@atc/contract";
import { isAtcError } from "@atc/contract";
import { workerExecutor } from "@atc/executor-worker";
import { mmapStore } from "@atc/mmap-store";
import { type CsvOptions, csv } from "@atc/source-csv";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { IngestOptions, IngestResult } from "../src/index.ts";
import { ingest } from "../src/index.ts";
import { temporaryDirectories, writeBars } from "./csv-files.ts";

vi.setConfig({ testTimeout: 120_000 });
const newDirectory = temporaryDirectories();
const header = "symbol,timestamp,close,volume\n";
let executor: Executor;
beforeAll(() => {
  executor = workerExecutor({
    threads: 2,
    modules: { "@atc/ingest": new URL("../dist/bundle/tasks.js", import.meta.url).href },
  });
});
afterAll(() => executor[Symbol.asyncDispose]());

/** Ingests on two threads in little memory, so that the file is read in slices. */
async function ingested(
  file: string,
  directory: string,
  options: IngestOptions & { readonly csv?: CsvOptions } = {},
): Promise<IngestResult> {
  await using source = await csv(file, options.csv ?? {});
  return await ingest(source, mmapStore({ directory }), { name: "d", memoryBytes: 1_000_000, executor, ...options });
}

/** The code and message of an ingest that fails and leaves nothing. */
async function failure(file: string, options: Parameters<typeof ingested>[2] = {}): Promise<readonly [string, string]> {
  const directory = newDirectory();
  const error: unknown = await ingested(file, directory, options).catch((reason: unknown) => reason);
  expect(readdirSync(directory)).toEqual([]);
  return isAtcError(error) ? [error.code, error.message] : ["", String(error)];
}

const rows = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, i) => `A,${1_700_000_000 + from + i},1.5,2\n`).join("");

describe("symbols", () => {
  it("of any spelling are kept apart", async () => {
    const names = ["BRK/B", "..", "../../etc", "ES 24", "🦄", "x".repeat(300), "aapl", "AAPL", "Aapl", "a,b", 'q"q'];
    const file = join(newDirectory(), "f.csv");
    const quoted = names.map((name) => (/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name));
    const lines = Array.from({ length: 4000 }, (_, i) => `${quoted[i % names.length]},${1_700_000_000 + i},${i},1\n`);
    writeFileSync(file, header + lines.join(""));
    const directory = newDirectory();
    const { manifest } = await ingested(file, directory);
    expect(manifest.series.map(({ symbol }) => symbol)).toEqual([...names].sort((a, b) => (a < b ? -1 : 1)));
    const dataset = await mmapStore({ directory }).open("d");
    for (const [i, name] of names.entries())
      expect(dataset.series(name).window("close", 0, 2)).toEqual(Float64Array.of(i, i + names.length));
    dataset[Symbol.dispose]();
  });

  it("may be 100,000", async () => {
    const file = join(newDirectory(), "f.csv");
    const handle = openSync(file, "w");
    writeSync(handle, header);
    for (let day = 0; day < 2; day++) {
      const lines = Array.from(
        { length: 100_000 },
        (_, i) => `S${i},${1_700_000_000 + 86_400 * (1 - day)},${i + day},1\n`,
      );
      writeSync(handle, lines.join(""));
    }
    closeSync(handle);
    const directory = newDirectory();
    const { manifest, report } = await ingested(file, directory, { memoryBytes: 64e6 });
    expect([manifest.series.length, report.rowsKept]).toEqual([100_000, 200_000]);
    const dataset = await mmapStore({ directory }).open("d");
    for (const i of [0, 1, 54_321, 99_999])
      expect(dataset.series(`S${i}`).window("close", 0, 2)).toEqual(Float64Array.of(i + 1, i));
    dataset[Symbol.dispose]();
  });
});

describe("an unusable file is refused with its name and line, and leaves nothing", () => {
  const faults: readonly (readonly [string, string, CsvOptions, RegExp])[] = [
    ["a NUL byte in a symbol", "A\u0000B,1700000000,1,2\n", {}, /line 9002, column "symbol".*NUL/],
    ["a NUL byte in a number", "A,1700000000,1\u0000,2\n", {}, /line 9002, column "close"/],
    [
      "a time after 2262 in ns",
      "A,9223372037,1,2\n",
      { kind: "ticks", timeUnit: "s" },
      /line 9002, column "timestamp".*9223372037/,
    ],
    ["bytes that are not UTF-8", "\u00e9,1700000000,1,2\n", {}, /line 9002, column "symbol".*UTF-8/],
  ];
  it.each(faults)("%s", async (_, line, options, words) => {
    const file = join(newDirectory(), "f.csv");
    writeFileSync(file, header + rows(9000));
    appendFileSync(file, Buffer.from(line, "latin1"));
    appendFileSync(file, rows(9000));
    const [code, message] = await failure(file, { csv: options });
    expect([code, message.includes(file)]).toEqual(["ATC_INVALID_DATA", true]);
    expect(message).toMatch(words);
  });

  it("a line of 100 MB", async () => {
    const file = join(newDirectory(), "f.csv");
    writeFileSync(file, header + rows(9000));
    for (let part = 0; part < 10; part++) appendFileSync(file, "x".repeat(10_000_000));
    appendFileSync(file, `\n${rows(9000)}`);
    const [code, message] = await failure(file, { memoryBytes: 100e6 });
    expect(code).toBe("ATC_INVALID_DATA");
    expect(message).toContain(`"${file}" line 9002 is longer`);
  });

  it("one that grows while it is read", async () => {
    const file = writeBars(newDirectory(), 30_000);
    let grown = false;
    const onProgress = (): void => {
      if (!grown) appendFileSync(file, "S1,2025-01-01,1,1,1,1,1,x\n");
      grown = true;
    };
    const [code, message] = await failure(file, { onProgress, csv: { badRows: "skip" } });
    expect(code).toBe("ATC_INVALID_DATA");
    expect(message).toContain(`"${file}" changed`);
  });
});

it("takes times before 1970, and ticks to the nanosecond", async () => {
  const file = join(newDirectory(), "f.csv");
  const lines = Array.from(
    { length: 9000 },
    (_, i) => `A,1901-12-13 20:45:${String(i % 60).padStart(2, "0")}.${String(i).padStart(9, "0")},${i},1\n`,
  );
  writeFileSync(file, header + lines.join(""));
  const { report } = await ingested(file, newDirectory(), { csv: { kind: "ticks" } });
  expect([report.firstTime, report.rowsKept]).toEqual([
    "1901-12-13T20:45:00.000000000Z".replace(".000000000Z", ".000Z"),
    9000,
  ]);
});

const canMount = process.platform === "linux" && process.getuid?.() === 0;
describe.skipIf(!canMount)("a full disk (needs root and mount)", () => {
  for (const [phase, kilobytes] of [
    ["reading", 400],
    ["sorting", 900],
    ["writing", 1500],
  ] as const)
    it(`while ${phase}, ends with ATC_NO_SPACE and leaves nothing`, async () => {
      const directory = join(newDirectory(), "small");
      mkdirSync(directory);
      const file = writeBars(newDirectory(), 20_000);
      try {
        execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", directory], { stdio: "ignore" });
      } catch {
        return;
      }
      try {
        const failed: unknown = await ingested(file, directory, { csv: { badRows: "skip" } }).catch((e: unknown) => e);
        expect(isAtcError(failed) ? failed.code : failed).toBe("ATC_NO_SPACE");
        expect(readdirSync(directory)).toEqual([]);
      } finally {
        execFileSync("umount", [directory]);
      }
    });
});
