import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DataSource, isAtcError } from "@atc/contract";
import { type CsvOptions, csv } from "@atc/source-csv";
import { dataSourceCases } from "@atc/testing";
import { afterAll, describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };
import plugins, { type ZipOptions, zip } from "../src/index.ts";
import { type ZippedFile, zipOf } from "./zip-file.ts";

const directory = mkdtempSync(join(tmpdir(), "atc-zip-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let count = 0;
function fileOf(content: string | Uint8Array, name = `z${count++}.zip`): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

function open(path: string, options: CsvOptions = {}, own: Partial<ZipOptions> = {}): Promise<DataSource> {
  return zip(path, { source: (input) => csv(input, options), ...own });
}

async function read(source: DataSource | Promise<DataSource>): Promise<readonly (readonly [string, number, number])[]> {
  await using opened = await source;
  const rows: [string, number, number][] = [];
  for await (const { symbol, columns, length } of opened.chunks())
    for (let row = 0; row < length; row++)
      rows.push([
        symbol.values[symbol.indices[row] as number] ?? "?",
        Number(columns["timestamp"]?.[row]),
        Number(columns["close"]?.[row]),
      ]);
  return rows;
}

async function failure(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await promise;
  } catch (error) {
    if (isAtcError(error)) return error;
    throw error;
  }
  return { code: "none", message: "" };
}

const day = (date: string): number => Date.parse(date);
const text = "date,close\n2024-01-01,1\n2024-01-02,2\n";
const many = `symbol,ts,price,size\n${Array.from({ length: 70_000 }, (_, i) => `S${i % 3},${1_700_000_000 + i},${i / 8},${i % 9}\n`).join("")}`;
const several: readonly ZippedFile[] = [
  { name: "b/SPY.csv", content: text },
  { name: "b/", content: "", method: 0 },
  { name: "a/IBM.csv", content: text.replaceAll(",", ";"), method: 0 },
  { name: "__MACOSX/a/._IBM.csv", content: "\0\0" },
  { name: ".DS_Store", content: "\0" },
];

it("reads files in order of their names, each name as the symbol, without folders and metadata", async () => {
  expect(await read(open(fileOf(zipOf(several))))).toEqual([
    ["IBM", day("2024-01-01"), 1],
    ["IBM", day("2024-01-02"), 2],
    ["SPY", day("2024-01-01"), 1],
    ["SPY", day("2024-01-02"), 2],
  ]);
});

it("reads the files that match a pattern", async () => {
  const path = fileOf(zipOf(several));
  for (const [entries, symbols] of [
    ["b/*.csv", ["SPY"]],
    ["**/I?M.csv", ["IBM"]],
    ["**", ["IBM", "SPY"]],
  ] as const)
    expect([...new Set((await read(open(path, {}, { entries }))).map(([symbol]) => symbol))]).toEqual(symbols);
  const error = await failure(open(path, {}, { entries: "*.csv" }));
  expect([error.code, error.message.includes('"b/SPY.csv"')]).toEqual(["ATC_INVALID_DATA", true]);
});

it("uses the path of an entry only as a name", async () => {
  const path = fileOf(
    zipOf([
      { name: "../../escape.csv", content: text },
      { name: "/etc/ABS.csv", content: text },
      { name: "c:\\x\\WIN.csv", content: text },
    ]),
  );
  expect(new Set((await read(open(path))).map(([symbol]) => symbol))).toEqual(new Set(["escape", "ABS", "WIN"]));
  expect(readdirSync(directory).filter((name) => name.includes("escape"))).toEqual([]);
});

it("reports overlaps of two files", async () => {
  const part = (days: readonly number[]): string =>
    `date,symbol,close\n${days.map((d) => `2024-01-0${d},A,${d}\n`).join("")}`;
  const path = fileOf(
    zipOf([
      { name: "1.csv", content: part([1, 2, 3]) },
      { name: "2.csv", content: part([3, 4]) },
    ]),
  );
  await using source = await open(path);
  for await (const { length } of source.chunks()) expect(length).toBeGreaterThan(0);
  expect(source.summary()?.overlaps).toEqual([
    {
      first: `${path}/1.csv`,
      second: `${path}/2.csv`,
      symbols: 1,
      rows: 1,
      from: "2024-01-03T00:00:00.000Z",
      to: "2024-01-03T00:00:00.000Z",
    },
  ]);
});

describe.each([
  ["one file", () => open(one), { kind: "ticks", rows: 70_000, symbols: ["S0", "S1", "S2"] }],
  ["several files", () => open(two), { kind: "bars", rows: 4, symbols: ["IBM", "SPY"] }],
  ["bad rows", () => open(bad, { badRows: "skip" }), { kind: "bars", rows: 3, symbols: ["A", "B"], badRows: 1 }],
] as const)("conformance: %s", (_, create, expected) => {
  for (const { name, run } of dataSourceCases(create, expected)) it(name, run);
});
const one = fileOf(zipOf([{ name: "ticks.csv", content: many }]));
const two = fileOf(zipOf(several));
const bad = fileOf(
  zipOf([
    { name: "A.csv", content: text.replace("-02,2", "-02,x") },
    { name: "B.csv", content: text },
  ]),
);

it.each([
  ["an empty file", "", "ATC_INVALID_DATA"],
  ["a file that is not an archive", text, "ATC_UNSUPPORTED"],
  ["an archive without files", zipOf([]), "ATC_INVALID_DATA"],
  ["folders alone", zipOf([{ name: "a/", content: "", method: 0 }]), "ATC_INVALID_DATA"],
  ["an archive without its end", zipOf(several).subarray(0, 100), "ATC_CORRUPT_DATA"],
  ["an encrypted file", zipOf([{ name: "a.csv", content: text, flags: 0x801 }]), "ATC_UNSUPPORTED"],
  ["another compression", zipOf([{ name: "a.csv", content: text, method: 93 }]), "ATC_UNSUPPORTED"],
  ["another checksum", zipOf([{ name: "a.csv", content: text, crc: 1 }]), "ATC_CORRUPT_DATA"],
  ["a size that is too small", zipOf([{ name: "a.csv", content: text, size: 20 }]), "ATC_CORRUPT_DATA"],
  ["a size that is too large", zipOf([{ name: "a.csv", content: text, size: 90 }]), "ATC_CORRUPT_DATA"],
  ["damaged bytes", zipOf([{ name: "a.csv", content: text }]).fill(0xff, 36, 50), "ATC_CORRUPT_DATA"],
  ["a file that grows a thousand times", zipOf([{ name: "a.csv", content: text, size: 2 ** 31 }]), "ATC_UNSUPPORTED"],
  ["an empty file inside", zipOf([{ name: "a.csv", content: "" }]), "ATC_INVALID_DATA"],
  ["UTF-16 inside", zipOf([{ name: "a.csv", content: Buffer.from(text, "utf16le") }]), "ATC_UNSUPPORTED"],
  ["NUL bytes inside", zipOf([{ name: "a.csv", content: new Uint8Array(99) }]), "ATC_INVALID_DATA"],
  [
    "files of other columns",
    zipOf([
      { name: "a.csv", content: text },
      { name: "b.csv", content: "date,open,close\n2024-01-01,1,1\n" },
    ]),
    "ATC_INVALID_DATA",
  ],
] as const)("refuses %s", async (_, content, code) => {
  const error = await failure(read(open(fileOf(content))));
  expect(error.code, error.message).toBe(code);
});

it("refuses an archive that expands beyond the option maxBytes, a directory and wrong options", async () => {
  expect((await failure(open(one, {}, { maxBytes: many.length - 1 }))).code).toBe("ATC_UNSUPPORTED");
  expect(await read(open(one, {}, { maxBytes: many.length }))).toHaveLength(70_000);
  expect((await failure(open(directory))).code).toBe("ATC_INVALID_ARGUMENT");
  expect((await failure(open(join(directory, "absent.zip")))).code).toBe("ATC_NOT_FOUND");
  expect((await failure(open(one, {}, { maxBytes: -1 }))).code).toBe("ATC_INVALID_ARGUMENT");
});

it("keeps its identity when the archive is copied, and notices a change while it is open", async () => {
  const first = await open(two);
  await using second = await open(fileOf(readFileSync(two)));
  expect(second.identity.parts).toEqual(first.identity.parts);
  const path = fileOf(readFileSync(two));
  const source = await open(path);
  appendFileSync(path, "x");
  expect((await failure(read(source))).code).toBe("ATC_INVALID_DATA");
});

it.skipIf(process.platform !== "linux")("leaves no file open after an early end", async () => {
  const descriptors = (): number => readdirSync("/proc/self/fd").length;
  const before = descriptors();
  await using source = await open(one);
  for await (const { length } of source.chunks()) if (length > 0) break;
  expect(descriptors()).toBe(before);
});

it("asks the host for the source of each file and passes it the other options", async () => {
  expect(manifest.atc.plugins.map(({ kind, name }) => ({ kind, name }))).toEqual(
    plugins.map(({ kind, name }) => ({ kind, name })),
  );
  const create = plugins[0]?.create as unknown as (options: object, host: object) => Promise<DataSource>;
  const asked: unknown[] = [];
  const host = {
    find: (_: string, name: string, { input, ...options }: { input: never } & CsvOptions) => {
      asked.push([name, options]);
      return csv(input, options);
    },
  };
  expect(await read(create({ path: two, badRows: "skip" }, host))).toHaveLength(4);
  expect(asked).toEqual([
    ["csv", { badRows: "skip" }],
    ["csv", { badRows: "skip" }],
  ]);
  const parquet = fileOf(zipOf([{ name: "x.parquet", content: "PAR1" }]));
  expect((await failure(create({ path: parquet }, host))).code).toBe("ATC_UNSUPPORTED");
});

it.each(["csv", "json", "arrow", "duckdb"])("knows the endings in the manifest of the source %s", async (name) => {
  const file = new URL(`../../source-${name}/package.json`, import.meta.url);
  const [{ extensions }] = JSON.parse(readFileSync(file, "utf8")).atc.plugins as [{ extensions: string[] }];
  const create = plugins[0]?.create as unknown as (options: object, host: object) => Promise<DataSource>;
  for (const extension of extensions) {
    const asked: string[] = [];
    const host = {
      find: (_: string, source: string, { input }: { input: never }) => {
        asked.push(source);
        return csv(input);
      },
    };
    const archive = fileOf(zipOf([{ name: `SPY${extension}`, content: text }]));
    const isText = /^\.(?:csv|tsv|txt|json|jsonl|ndjson)(?:\.gz)?$/.test(extension);
    const expected = isText ? [/json/.test(extension) ? "json" : "csv"] : [];
    await failure(create({ path: archive }, host).then((source) => source[Symbol.asyncDispose]()));
    expect([extension, asked]).toEqual([extension, expected]);
  }
});

const spy = fileURLToPath(new URL("../../../../shared/data/odd/spy.zip", import.meta.url));
it.skipIf(!existsSync(spy))("reads the raw SPY archive as its normalised twin (needs ../shared)", async () => {
  const columns = ["timestamp", "open", "high", "low", "close", "volume"];
  const rows = await read(open(spy, { columns, priceScale: 10_000, symbol: "SPY" }));
  expect(rows).toEqual(await read(csv(join(spy, "../../spy_1d.csv"))));
});
