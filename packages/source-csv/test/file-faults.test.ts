import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it, vi } from "vitest";
import { csv } from "../src/index.ts";
import { failure, fileOf, read, twoBars } from "./temporary-file.ts";

// Megabytes are read; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

/** Bars that fill several blocks and chunks. */
const manyBars = `symbol,date,close\n${Array.from({ length: 200_000 }, (_, i) => `S${i % 7},2024-01-01,${i}.25\n`).join("")}`;

it("reports a missing file", async () => {
  expect((await failure(csv(join(dirname(fileOf("")), "absent.csv")))).code).toBe("ATC_NOT_FOUND");
});

it("refuses a directory", async () => {
  expect((await failure(csv(dirname(fileOf(""))))).code).toBe("ATC_INVALID_ARGUMENT");
});

it.skipIf(process.platform === "win32")("refuses a pipe without waiting for its other end", async () => {
  const pipe = join(dirname(fileOf("")), "pipe");
  execFileSync("mkfifo", [pipe]);
  const error = await failure(csv(pipe));
  expect(error.code).toBe("ATC_UNSUPPORTED");
  expect(error.message).toMatch(/write it to a file/);
});

it.each([
  ["an empty file", "", "ATC_INVALID_DATA", /is empty/],
  ["blank lines alone", "\n\n  \n", "ATC_INVALID_DATA", /no text/],
  ["a header alone", "symbol,date,close\n", "ATC_INVALID_DATA", /no rows/],
  ["a header without a line end", "symbol,date,close", "ATC_INVALID_DATA", /no rows/],
  [
    "wrong columns",
    "name,age\nx,3\n",
    "ATC_INVALID_DATA",
    /no column for a time .* and none for a price .*"name", "age"/,
  ],
  ["rows without a header", "2024-01-01,1,2,3,4\n2024-01-02,1,2,3,4\n", "ATC_INVALID_DATA", /--columns timestamp,open/],
  ["no price", "date,volume\n2024-01-01,3\n", "ATC_INVALID_DATA", /no column for a price/],
  ["a name that is misspelt", "date,clsoe\n2024-01-01,3\n", "ATC_INVALID_DATA", /"clsoe" meant as "close"/],
  ["two columns of one name", "date,close,close\n2024-01-01,3,4\n", "ATC_INVALID_DATA", /two columns "close"/],
  ["fewer names than fields", "date,close\n2024-01-01,3,4\n", "ATC_INVALID_DATA", /2 columns.*3 fields/],
  ["NUL bytes", "date,close\n2024-01-01,\0\0\n", "ATC_INVALID_DATA", /NUL/],
  ["control characters", `date,close\n${"\u0001\u0002".repeat(50)}\n`, "ATC_INVALID_DATA", /control/],
  ["UTF-16 with a mark", Buffer.from("\ufeffdate,close\n2024-01-01,1\n", "utf16le"), "ATC_UNSUPPORTED", /UTF-16/],
  ["UTF-16 without a mark", Buffer.from("date,close\n2024-01-01,1\n", "utf16le"), "ATC_UNSUPPORTED", /UTF-16/],
  ["a zip archive", Buffer.from("504b03041400000008", "hex"), "ATC_UNSUPPORTED", /zip/],
  ["a Parquet file", "PAR1\u0015\u0004", "ATC_UNSUPPORTED", /Parquet/],
  ["gzip of binary bytes", gzipSync(Buffer.alloc(500)), "ATC_INVALID_DATA", /NUL/],
  ["gzip of nothing", gzipSync(""), "ATC_INVALID_DATA", /no text/],
  [
    "a header that follows rows",
    "1;2;3\n1;2;3\n1;2;3;4\ndate;close;volume\n2024-01-01;1;2\n",
    "ATC_INVALID_DATA",
    /time/,
  ],
  ["the start of a gzip file", gzipSync(twoBars).subarray(0, 30), "ATC_CORRUPT_DATA", /gzip/],
  ["two bytes of a gzip file", Buffer.of(0x1f, 0x8b), "ATC_CORRUPT_DATA", /gzip/],
  ["a file of one long line", "x".repeat(3_000_000), "ATC_INVALID_DATA", /no line end/],
] as const)("refuses %s", async (_, content, code, message) => {
  const error = await failure(read(fileOf(content)));
  expect(error.message).toMatch(message);
  expect(error.code).toBe(code);
});

it("finds a gzip file that ends early or is damaged far from its start", async () => {
  const whole = gzipSync(manyBars);
  expect((await failure(read(fileOf(whole.subarray(0, whole.length - 5))))).code).toBe("ATC_CORRUPT_DATA");
  const damaged = Buffer.from(whole);
  damaged.fill(0x55, whole.length - 4000, whole.length - 3900);
  expect((await failure(read(fileOf(damaged), { badRows: "skip" }))).code).toBe("ATC_CORRUPT_DATA");
});

it("refuses a line of more than 1 MiB among others, with its number", async () => {
  const path = fileOf(`${twoBars}AAA,2024-01-04T00:00:00Z,${"1".repeat(2_500_000)}\n`);
  const error = await failure(read(path, { badRows: "skip" }));
  expect([error.code, error.details["line"]]).toEqual(["ATC_INVALID_DATA", 4]);
});

it("reads lines of nearly 1 MiB", async () => {
  const note = "n".repeat(1_000_000);
  const { numbers } = await read(
    fileOf(`date,close,note\n2024-01-01,1,a\n2024-01-02,2,${note}\n2024-01-03,3,"${note}"\n`),
  );
  expect(numbers["close"]).toEqual([1, 2, 3]);
});

it.each([
  ["grows", (path: string) => appendFileSync(path, "S1,2024-01-01,1\n")],
  ["shrinks", (path: string) => truncateSync(path, 1000)],
  ["is touched", (path: string) => utimesSync(path, 1, 1)],
])("notices a file that %s between opening and the end of reading", async (_, change) => {
  const before = fileOf(manyBars);
  const opened = await csv(before);
  change(before);
  const reading = (source: typeof opened, inTheMiddle: () => void): Promise<void> =>
    (async () => {
      for await (const chunk of source.chunks()) if (chunk.row === 0) inTheMiddle();
    })();
  expect((await failure(reading(opened, () => undefined))).code).toBe("ATC_INVALID_DATA");
  const during = fileOf(manyBars);
  const source = await csv(during);
  expect((await failure(reading(source, () => change(during)))).code).toBe("ATC_INVALID_DATA");
  expect(source.summary()).toBeUndefined();
});

it.each([
  ["an unknown option", { seperator: ";" }, /separator/],
  ["a separator that is a letter", { separator: "x" }, /separator/],
  ["a word that is not one of the choices", { badRows: "ignore" }, /error, skip, nan/],
  ["an unknown column", { columns: { clse: "x" } }, /close/],
  ["a header name that is not there", { columns: { close: "clsoe" } }, /"close"/],
  ["an empty symbol", { symbol: " " }, /symbol/],
  ["an empty list of columns", { columns: [] }, /columns/],
  ["a comma for both fields and decimals", { separator: ",", decimal: "," }, /decimal/],
  ["a price scale of 0", { priceScale: 0 }, /priceScale/],
  ["half a line to skip", { skipLines: 0.5 }, /skipLines/],
  ["a zone that is not known", { timeZone: "Mars/Olympus" }, /America/],
  ["a zone although times name theirs", { timeZone: "Europe/Berlin" }, /timeZone/],
  ["an unknown disambiguation", { disambiguation: "guess" }, /earlier/],
])("refuses %s", async (_, options, message) => {
  const error = await failure(csv(fileOf(twoBars), options as Parameters<typeof csv>[1]));
  expect(error.code).toBe("ATC_INVALID_ARGUMENT");
  expect(error.message).toMatch(message);
});

it("gives another identity for other bytes, times, places, symbols and options", async () => {
  const path = fileOf(manyBars);
  const parts = async (file = path, options = {}): Promise<string> =>
    JSON.stringify((await csv(file, options)).identity.parts);
  const seen = new Set([
    await parts(),
    await parts(path, { badRows: "skip" }),
    await parts(path, { columns: { close: "close" } }),
  ]);
  seen.add(await parts(fileOf(manyBars)));
  utimesSync(path, 1, 1);
  seen.add(await parts());
  writeFileSync(path, manyBars.replace("S0", "S9"));
  utimesSync(path, 1, 1);
  seen.add(await parts());
  expect(seen.size).toBe(6);
  const bare = fileOf("date,close\n2024-01-01,1\n", "A.csv");
  const first = await parts(bare);
  renameSync(bare, join(dirname(bare), "B.csv"));
  expect(await parts(join(dirname(bare), "B.csv"))).not.toBe(first);
});

it("names the real path behind a link, and the given path", async () => {
  const path = fileOf(twoBars);
  const folder = join(dirname(path), "links");
  mkdirSync(folder);
  const link = join(folder, "link.csv");
  symlinkSync(path, link);
  const { identity } = await csv(link);
  expect(identity.name).toBe(link);
  expect(identity.path?.endsWith("bars.csv")).toBe(true);
});

const descriptors = "/proc/self/fd";
it.skipIf(process.platform !== "linux")(
  "leaves no file open after an end, an early end, an abort or a fault",
  async () => {
    const open = (): number => readdirSync(descriptors).length;
    const paths = [fileOf(manyBars), fileOf(gzipSync(manyBars))];
    await read(fileOf(twoBars));
    const before = open();
    for (const path of paths) {
      const source = await csv(path);
      for await (const chunk of source.chunks()) {
        expect(open()).toBeGreaterThan(before);
        if (chunk.row > 0) break;
      }
      expect(open()).toBe(before);
      const controller = new AbortController();
      const aborted = (async () => {
        for await (const chunk of source.chunks({ signal: controller.signal }))
          if (chunk.length > 0) controller.abort();
      })();
      expect((await failure(aborted)).code).toBe("ATC_ABORTED");
      expect(open()).toBe(before);
    }
    await failure(read(fileOf(`${manyBars}x\n`)));
    await failure(read(fileOf(gzipSync(`${manyBars}x\n`))));
    expect(open()).toBe(before);
  },
);

it("ends a reading in progress with ATC_CLOSED when the source is disposed", async () => {
  const source = await csv(fileOf(manyBars));
  const reading = (async () => {
    for await (const chunk of source.chunks()) if (chunk.length > 0) await source[Symbol.asyncDispose]();
  })();
  expect((await failure(reading)).code).toBe("ATC_CLOSED");
});
