import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type AtcError, type BadRow, isAtcError } from "@atc/contract";
import { dataSourceCases } from "@atc/testing";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };
import plugins, { type JsonOptions, json } from "../src/index.ts";

const directory = mkdtempSync(join(tmpdir(), "atc-json-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let count = 0;
function fileOf(content: string | Uint8Array, name = `f${count++}.json`): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

interface Read {
  readonly kind: string;
  readonly symbols: readonly string[];
  readonly values: Readonly<Record<string, readonly (number | bigint | string | undefined)[]>>;
  readonly badRows: readonly BadRow[];
}

async function read(path: string, options: JsonOptions = {}): Promise<Read> {
  await using source = await json(path, options);
  const symbols: string[] = [];
  const values: Record<string, (number | bigint | string | undefined)[]> = {};
  const badRows: BadRow[] = [];
  for await (const { symbol, columns, dictionaries } of source.chunks({ onBadRow: (row) => badRows.push(row) })) {
    for (const index of symbol.indices) symbols.push(symbol.values[index] ?? "?");
    for (const [name, array] of Object.entries(columns)) {
      const texts = dictionaries?.[name];
      const column = values[name] ?? [];
      for (const value of array) column.push(texts === undefined ? value : texts[Number(value)]);
      values[name] = column;
    }
  }
  return { kind: source.kind, symbols, values, badRows };
}

const readText = (text: string, options: JsonOptions = {}): Promise<Read> => read(fileOf(text), options);

async function failure(promise: Promise<unknown>): Promise<AtcError> {
  try {
    await promise;
  } catch (error) {
    if (isAtcError(error)) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

const time = 1_704_067_200_000;
const bars = {
  timestamp: [BigInt(time), BigInt(time + 60_000)],
  open: [1, 2],
  high: [4, 5.5],
  low: [0.5, 1],
  close: [2, 3],
  volume: [10, Number.NaN],
};
const rows = [
  [time, 1, 4, 0.5, 2, 10],
  [time + 60_000, 2, 5.5, 1, 3, null],
];
const names = ["timestamp", "open", "high", "low", "close", "volume"];
const objects = rows.map((row) => Object.fromEntries(row.map((value, i) => [names[i], value])));
const lines = (values: readonly unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join("");

it.each([
  ["rows of ccxt", JSON.stringify(rows)],
  ["the same with blanks", `\ufeff \n${JSON.stringify(rows, null, 2)}\r\n\n`],
  [
    "quoted numbers and more places, as Binance has them",
    JSON.stringify(
      rows.map((row) => [...row.map((value, i) => (i > 0 && value !== null ? String(value) : value)), 1, "x"]),
    ),
  ],
  ["objects", JSON.stringify(objects)],
  [
    "objects in any order and with others in them",
    JSON.stringify(
      objects.map((row) => ({
        nested: { close: ["}", '"'] },
        ...Object.fromEntries(Object.entries(row).toReversed()),
      })),
    ),
  ],
  ["lines of lists", lines(rows)],
  ["lines of objects", lines(objects)],
  ["lines without the last end, with empty ones between", `\n${lines(objects).replaceAll("\n", "\n\n").trimEnd()}`],
  ["members with escaped names", lines(objects).replaceAll('"open"', '"\\u006fpen"')],
  [
    "short names",
    JSON.stringify(
      objects.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name[0], value]))),
    ),
  ],
])("reads %s", async (_, text) => {
  const { kind, values, symbols } = await readText(text, { symbol: "X" });
  expect([kind, values, symbols]).toEqual(["bars", bars, ["X", "X"]]);
});

it("reads an array within an object, whatever its other members are", async () => {
  const text = JSON.stringify({ error: [], note: "[[1,2]]", result: { last: 1, XBTUSD: rows }, more: { deep: [{}] } });
  expect((await readText(text, { rowsAt: "result.XBTUSD" })).values).toEqual(bars);
  const error = await failure(readText(text));
  expect([error.code, error.message.includes("result.XBTUSD")]).toEqual(["ATC_INVALID_DATA", true]);
  expect((await failure(readText(text, { rowsAt: "result.ETH" }))).message).toContain('"XBTUSD"');
});

it("reads gzip, and takes the symbol from the file's name", async () => {
  const path = fileOf(gzipSync(JSON.stringify(rows)), "BTC_USDT-1m.json.gz");
  expect((await read(path)).symbols[0]).toBe("BTC_USDT-1m");
  expect((await read(path, { symbolPattern: "^([A-Z]+)_([A-Z]+)" })).symbols[0]).toBe("BTC/USDT");
});

it("names elements of arrays, and refuses arrays in another order than ccxt's", async () => {
  // Coinbase: time, low, high, open, close, volume.
  const text = JSON.stringify(rows.map(([t, o, h, l, c, v]) => [Number(t) / 1000, l, h, o, c, v]));
  const error = await failure(readText(text));
  expect([error.code, error.message.includes("--columns")]).toEqual(["ATC_INVALID_DATA", true]);
  const columns = ["timestamp", "low", "high", "open", "close", "volume"];
  expect((await readText(text, { columns })).values).toEqual(bars);
});

it("maps members, keeps texts with the option text, and reads symbols", async () => {
  const trades = [
    { T: "2024-01-01T00:00:00.123456789Z", s: "A\u00e9", p: "1.5", q: 3, side: "buy" },
    { T: "2024-01-01T00:00:01Z", s: "B", p: 2, q: 4, side: null },
  ];
  const columns = { timestamp: "T", symbol: "s", price: "p", size: "q" };
  const { kind, values, symbols } = await readText(lines(trades), { columns, text: "keep" });
  expect([kind, symbols]).toEqual(["ticks", ["A\u00e9", "B"]]);
  expect(values).toEqual({
    timestamp: [1_704_067_200_123_456_789n, 1_704_067_201_000_000_000n],
    close: [1.5, 2],
    volume: [3, 4],
    side: ["buy", undefined],
  });
});

it("keeps every digit of nanoseconds and detects units by magnitude", async () => {
  const ns = "1704067200123456789";
  expect((await readText(`{"ts":${ns},"price":1}\n`)).values["timestamp"]).toEqual([BigInt(ns)]);
  for (const [text, ms] of [
    ["1704067200", 1_704_067_200_000n],
    ["1704067200.25", 1_704_067_200_250n],
    ["1704067200123456", 1_704_067_200_123n],
    [ns, 1_704_067_200_123n],
  ] as const)
    expect((await readText(`{"ts":${text},"close":1}\n`)).values["timestamp"]).toEqual([ms]);
});

it("reads every finite number as Number() does", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
      async (numbers) => {
        const { values } = await readText(
          JSON.stringify(numbers.map((close, i) => ({ ts: 1_700_000_000 + i, close }))),
        );
        expect(values["close"]).toEqual(numbers.map((number) => JSON.parse(JSON.stringify(number)) as number));
      },
    ),
    { numRuns: 50 },
  );
});

it("reads times in a zone, and names line and byte of one with a zone among others without", async () => {
  const local = ["2024-07-01 09:30", "2024-01-02T09:30:00"].map((date) => ({ date, close: 1 }));
  const { values } = await readText(lines(local), { timeZone: "America/New_York" });
  expect(values["timestamp"]).toEqual([
    BigInt(Date.parse("2024-07-01T13:30Z")),
    BigInt(Date.parse("2024-01-02T14:30Z")),
  ]);
  const mixed = await failure(readText(lines([...local, { date: "2024-01-02T09:30:00Z", close: 1 }])));
  expect([mixed.code, mixed.details["line"], mixed.details["offset"]]).toEqual([
    "ATC_INVALID_DATA",
    3,
    lines(local).length,
  ]);
});

it("reports bad rows with line and byte", async () => {
  const text = `[\n${JSON.stringify(rows[0])},\n[${time},1,4,0.5,"x",10],\n[${time}], 5,\n{"timestamp":${time}},\n[${time},1,4,0.5,2,1e400]\n]`;
  const { values, badRows } = await readText(text, { badRows: "skip" });
  expect(values["close"]).toEqual([2]);
  const at = (part: string): number => text.indexOf(part);
  expect(badRows.map(({ line, offset, reason }) => [line, offset, reason])).toEqual([
    [3, at(`[${time},1,4,0.5,"x"`), "number"],
    [4, at(`[${time}], 5`), "number"],
    [4, at("5,\n{"), "fields"],
    [5, at('{"timestamp"'), "number"],
    [6, at(`[${time},1,4,0.5,2,1e400]`), "number"],
  ]);
  const error = await failure(readText(text));
  expect([error.code, error.details["line"], error.details["offset"]]).toEqual([
    "ATC_INVALID_DATA",
    3,
    at(`[${time},1,4,0.5,"x"`),
  ]);
});

it.each([
  ["an empty file", "", "ATC_INVALID_DATA"],
  ["blanks", " \n", "ATC_INVALID_DATA"],
  ["an empty list", "[]", "ATC_INVALID_DATA"],
  ["CSV", "date,close\n2024-01-01,1\n", "ATC_INVALID_DATA"],
  ["an object that is not a row", '{"a":1}', "ATC_INVALID_DATA"],
  ["rows without a time", '[{"close":1}]', "ATC_INVALID_DATA"],
  ["a list that is cut", JSON.stringify(rows).slice(0, -1), "ATC_CORRUPT_DATA"],
  ["a row that is cut", JSON.stringify(rows).slice(0, -9), "ATC_CORRUPT_DATA"],
  ["a line that is cut", lines(objects).slice(0, -9), "ATC_CORRUPT_DATA"],
  ["a missing comma", JSON.stringify(rows).replace("],[", "] ["), "ATC_INVALID_DATA"],
  ["text after the list", `${JSON.stringify(rows)}[1]`, "ATC_INVALID_DATA"],
  ["two commas in a row", JSON.stringify(rows).replace(",2,5.5", ",,2,5.5"), "ATC_INVALID_DATA"],
  ["UTF-16", Buffer.from(`\ufeff${JSON.stringify(rows)}`, "utf16le"), "ATC_UNSUPPORTED"],
  ["UTF-16 without a mark", Buffer.from(JSON.stringify(rows), "utf16le"), "ATC_UNSUPPORTED"],
  ["NUL bytes", new Uint8Array(100), "ATC_INVALID_DATA"],
  ["a symbol that is not UTF-8", Buffer.from('{"symbol":"\u00ff","ts":1,"close":1}\n', "latin1"), "ATC_INVALID_DATA"],
  ["gzip that is cut", gzipSync(JSON.stringify(rows)).subarray(0, 40), "ATC_CORRUPT_DATA"],
  ["a row of 3 MiB", `[${JSON.stringify(rows[0])},{"a":"${"x".repeat(3 << 20)}"}]`, "ATC_INVALID_DATA"],
] as const)("refuses %s", async (_, content, code) => {
  const error = await failure(read(fileOf(content)));
  expect(error.code, error.message).toBe(code);
});

it("refuses a directory, a missing file and wrong options", async () => {
  expect((await failure(json(directory))).code).toBe("ATC_INVALID_ARGUMENT");
  expect((await failure(json(join(directory, "absent.json")))).code).toBe("ATC_NOT_FOUND");
  for (const options of [{ rowsAt: "" }, { columns: [] }, { kind: "bar" }, { rowAt: "x" }, { timeZone: "Moon" }])
    expect((await failure(json(many, options as JsonOptions))).code).toBe("ATC_INVALID_ARGUMENT");
});

const manyRows = Array.from({ length: 70_000 }, (_, i) => ({
  symbol: `S${i % 3}`,
  ts: 1_700_000_000 + i,
  price: i / 8,
  size: i % 9,
}));
const many = fileOf(JSON.stringify(manyRows));
const fewer = manyRows.slice(0, 8000);
const manyLines = fileOf(gzipSync(lines(fewer)));
const faulty = fileOf(lines(fewer).replaceAll(/"price":(\d+)\.5,/g, '"price":"x",'));

describe.each([
  ["a list in one line", () => json(many), { kind: "ticks", rows: 70_000, symbols: ["S0", "S1", "S2"] }],
  ["compressed lines", () => json(manyLines), { kind: "ticks", rows: 8000, symbols: ["S0", "S1", "S2"] }],
  [
    "bad rows",
    () => json(faulty, { badRows: "skip" }),
    { kind: "ticks", rows: 7000, symbols: ["S0", "S1", "S2"], badRows: 1000 },
  ],
  [
    "bad rows with NaN",
    () => json(faulty, { badRows: "nan" }),
    { kind: "ticks", rows: 8000, symbols: ["S0", "S1", "S2"], badRows: 1000 },
  ],
] as const)("conformance: %s", (_, create, expected) => {
  for (const { name, run } of dataSourceCases(create, expected)) it(name, run);
});

it("reads rows the same at any end of a piece of the bytes", async () => {
  const wanted = await readText(JSON.stringify(rows));
  for (const text of [JSON.stringify(rows), lines(objects), JSON.stringify(objects, null, 1)]) {
    const bytes = Buffer.from(text);
    for (let cut = 1; cut < bytes.length; cut += 1 + (cut % 3)) {
      const input = {
        name: "cut.json",
        fileName: "cut.json",
        size: bytes.length,
        parts: {},
        async *open() {
          yield bytes.subarray(0, cut);
          yield bytes.subarray(cut);
        },
      };
      await using source = await json(input);
      for await (const { columns } of source.chunks())
        expect([...(columns["close"] ?? [])]).toEqual(wanted.values["close"]);
    }
  }
});

it("notices a file that changes, and leaves none open", async () => {
  const path = fileOf(JSON.stringify(manyRows));
  const source = await json(path);
  utimesSync(path, 1, 1);
  const reading = (async () => {
    for await (const { length } of source.chunks()) expect(length).toBeGreaterThan(0);
  })();
  expect((await failure(reading)).code).toBe("ATC_INVALID_DATA");
  if (process.platform !== "linux") return;
  const before = readdirSync("/proc/self/fd").length;
  await using again = await json(many);
  for await (const { length } of again.chunks()) if (length > 0) break;
  expect(readdirSync("/proc/self/fd").length).toBe(before);
});

const extensions = manifest.atc.plugins.flatMap((plugin) => plugin.extensions ?? []);

it.each(extensions)("takes the symbol from a file's name without the ending %s of its manifest", async (extension) => {
  const { symbols } = await read(fileOf('[{"t":1704067200,"c":1}]', `SPY${extension}`));
  expect(symbols).toEqual(["SPY"]);
});

it("declares its plugins in its manifest and creates a source with them", async () => {
  expect(manifest.atc.plugins.map(({ kind, name }) => ({ kind, name }))).toEqual(
    plugins.map(({ kind, name }) => ({ kind, name })),
  );
  const create = plugins[0]?.create as unknown as (
    options: object,
    host: object,
  ) => Promise<Awaited<ReturnType<typeof json>>>;
  await using source = await create({ path: many, badRows: "skip" }, {});
  expect(source.identity.parts).toMatchObject({ options: { badRows: "skip" } });
  expect((await failure((async () => create({}, {}))())).code).toBe("ATC_INVALID_ARGUMENT");
});

it("reads a table of values without prices", async () => {
  const rows = [
    { time: "2024-01-01", symbol: "AAA", Weight: 0.5, note: "x" },
    { time: "2024-01-02", symbol: "AAA", Weight: null, note: "y" },
  ];
  const found = await read(fileOf(JSON.stringify(rows)), { values: ["direction", "weight"], extra: "drop" });
  expect(Object.keys(found.values)).toEqual(["timestamp", "weight"]);
  expect(found.values["weight"]).toEqual([0.5, Number.NaN]);
  expect(found.symbols).toEqual(["AAA", "AAA"]);
});
