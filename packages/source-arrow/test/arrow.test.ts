import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lz4 } from "@atc/codec-lz4";
import { zstd } from "@atc/codec-zstd";
import { type BadRow, type Codec, isAtcError } from "@atc/contract";
import { dataSourceCases } from "@atc/testing";
import { Bool, Float64, Int64, Table, tableToIPC, Utf8, vectorFromArray } from "apache-arrow";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };
import plugins, { type ArrowOptions, arrow } from "../src/index.ts";

const fixtures = fileURLToPath(new URL("fixtures/", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "atc-arrow-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let count = 0;
function fileOf(content: Uint8Array | string, name = `f${count++}.arrow`): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const codec = (name: "lz4" | "zstd"): Codec => (name === "lz4" ? lz4() : zstd());

interface Read {
  readonly kind: string;
  readonly columns: readonly string[];
  readonly symbols: readonly string[];
  readonly values: Readonly<Record<string, readonly (number | bigint | string | undefined)[]>>;
  readonly badRows: readonly BadRow[];
}

async function read(path: string, options: ArrowOptions = {}): Promise<Read> {
  await using source = await arrow(path, { codec, ...options });
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
  return { kind: source.kind, columns: source.columns.map(({ name }) => name), symbols, values, badRows };
}

async function codeOf(reading: Promise<unknown>): Promise<string> {
  try {
    await reading;
  } catch (error) {
    return isAtcError(error) ? error.code : String(error);
  }
  return "none";
}

const names = ["AAA", "BB", "a symbol of more than twelve bytes"];

it.each(["lz4.feather", "zstd.feather", "uncompressed.feather", "stream.arrows"])(
  "reads every type of %s and honours validity",
  async (name) => {
    const { kind, columns, symbols, values } = await read(fixtures + name, { text: "keep" });
    expect([kind, columns]).toEqual([
      "bars",
      ["symbol", "timestamp", "open", "close", "volume", "trades", "note", "flag", "turnover"],
    ]);
    const rows = Array.from({ length: 200 }, (_, i) => i);
    expect(symbols).toEqual(rows.map((i) => names[i % 3]));
    expect(values).toEqual({
      timestamp: rows.map((i) => BigInt(Date.UTC(2024, 0, 1, 0, i))),
      open: rows.map((i) => 100 + i / 8),
      close: rows.map((i) => 100 + i / 8),
      volume: rows.map((i) => (i % 10 === 3 ? Number.NaN : i)),
      trades: rows,
      note: rows.map((i) => (i % 7 === 0 ? undefined : `n${i % 5}`)),
      flag: rows.map((i) => (i % 2 === 0 ? 1 : 0)),
      turnover: rows.map((i) => i / 100 - 1).map((value) => Number(value.toFixed(2))),
    });
  },
);

it.each(["delta.arrow", "delta.arrows"])("reads a dictionary that grows, and nanoseconds, of %s", async (name) => {
  const { kind, symbols, values } = await read(fixtures + name);
  expect(kind).toBe("ticks");
  expect(symbols).toEqual(Array.from({ length: 30 }, (_, i) => names[(i % 10) % (Math.floor(i / 10) + 1)]));
  expect(values["timestamp"]).toEqual(Array.from({ length: 30 }, (_, i) => 1_700_000_000_000_000_001n + BigInt(i)));
});

it("reads a dictionary that a later one replaces", async () => {
  expect((await read(`${fixtures}replaced.arrows`)).symbols).toEqual(names.toReversed());
});

it.each(["polars.arrow", "polars-categorical.arrow"])(
  "reads string views, dates and categories of %s",
  async (name) => {
    const { symbols, values } = await read(fixtures + name);
    expect(symbols).toEqual(Array.from({ length: 40 }, (_, i) => names[i % 3]));
    expect(values["timestamp"]).toEqual(Array.from({ length: 40 }, (_, i) => BigInt(Date.UTC(2024, 0, 1 + i))));
  },
);

describe.each([
  [
    "a compressed file",
    () => arrow(`${fixtures}lz4.feather`, { codec, text: "keep" }),
    { kind: "bars", rows: 200, symbols: names },
  ],
  ["a stream of ticks", () => arrow(`${fixtures}delta.arrows`), { kind: "ticks", rows: 30, symbols: names }],
  ["many rows", () => arrow(manyRows), { kind: "bars", rows: 150_000, symbols: ["many"] }],
  [
    "bad rows",
    () => arrow(withGaps, { badRows: "skip", timeUnit: "s" }),
    { kind: "bars", rows: 4, symbols: ["gaps"], badRows: 2 },
  ],
] as const)("conformance: %s", (_, create, expected) => {
  for (const { name, run } of dataSourceCases(create, expected)) it(name, run);
});

const manyTimes = BigInt64Array.from({ length: 150_000 }, (_, i) => 1_600_000_000n + 60n * BigInt(i));
const manyRows = fileOf(
  tableToIPC(
    new Table({
      t: vectorFromArray([...manyTimes], new Int64()),
      c: vectorFromArray(Float64Array.from(manyTimes, Number)),
    }),
    "file",
  ),
  "many.arrow",
);
const withGaps = fileOf(
  tableToIPC(
    new Table({
      timestamp: vectorFromArray(
        [1n, 2n, null, 4n, 5n, 6n].map((day) => day && day * 86_400n),
        new Int64(),
      ),
      close: vectorFromArray([1, 2, 3, null, 5, 6], new Float64()),
      volume: vectorFromArray([null, 2, 3, 4, 5, 6], new Float64()),
    }),
    "file",
  ),
  "gaps.arrow",
);

it("reads integers as seconds by their magnitude and splits long record batches into chunks", async () => {
  const { values } = await read(manyRows);
  expect(values["timestamp"]?.slice(0, 2)).toEqual([1_600_000_000_000n, 1_600_000_060_000n]);
  expect(values["close"]?.at(-1)).toBe(Number(manyTimes.at(-1)));
});

it("treats missing times and prices as bad rows, missing volumes as NaN", async () => {
  const { values, badRows } = await read(withGaps, { badRows: "nan", timeUnit: "s" });
  expect(values["close"]).toEqual([1, 2, Number.NaN, 5, 6]);
  expect(values["volume"]?.slice(0, 2)).toEqual([Number.NaN, 2]);
  expect(badRows.map(({ line, reason }) => [line, reason])).toEqual([
    [3, "time"],
    [4, "number"],
  ]);
  const error = await read(withGaps, { timeUnit: "s" }).catch((reason: unknown) => reason);
  expect(isAtcError(error, "ATC_INVALID_DATA") && error.details["line"]).toBe(3);
});

it("reads times without a zone in the given zone", async () => {
  const { values } = await read(`${fixtures}delta.arrow`, { timeZone: "+01:00" });
  expect(values["timestamp"]?.[0]).toBe(1_700_000_000_000_000_001n - 3_600_000_000_000n);
  expect(await codeOf(read(`${fixtures}lz4.feather`, { timeZone: "+01:00" }))).toBe("ATC_INVALID_ARGUMENT");
});

it("finds the symbol in the file's name by a pattern", async () => {
  const path = fileOf(readFileSync(withGaps), "ETH_BTC-5m.feather");
  expect((await read(path, { badRows: "skip", timeUnit: "s", symbolPattern: "^(\\w+)_(\\w+)-" })).symbols[0]).toBe(
    "ETH/BTC",
  );
  expect((await read(path, { badRows: "skip", timeUnit: "s", symbol: "X" })).symbols[0]).toBe("X");
  expect(await codeOf(read(path, { timeUnit: "s", symbolPattern: "^\\d+$" }))).toBe("ATC_INVALID_DATA");
});

const bars = { timestamp: vectorFromArray([1_704_067_200n], new Int64()), close: vectorFromArray([1], new Float64()) };
it.each([
  ["an empty file", "", "ATC_INVALID_DATA"],
  ["a CSV file", "date,close\n2024-01-01,1\n", "ATC_UNSUPPORTED"],
  ["Feather of version 1", "FEA1\0\0\0\0", "ATC_UNSUPPORTED"],
  ["a magic alone", "ARROW1", "ATC_CORRUPT_DATA"],
  ["UTF-16", Buffer.from("\ufeffdate,close\n", "utf16le"), "ATC_UNSUPPORTED"],
  ["NUL bytes", new Uint8Array(1000), "ATC_UNSUPPORTED"],
  ["a file without a time", tableToIPC(new Table({ close: bars.close }), "file"), "ATC_INVALID_DATA"],
  ["a file without a price", tableToIPC(new Table({ timestamp: bars.timestamp }), "file"), "ATC_INVALID_DATA"],
  [
    "a price that is text",
    tableToIPC(new Table({ ...bars, close: vectorFromArray(["1"], new Utf8()) }), "file"),
    "ATC_INVALID_DATA",
  ],
  [
    "a time that is text",
    tableToIPC(new Table({ ...bars, timestamp: vectorFromArray(["2024"], new Utf8()) }), "file"),
    "ATC_INVALID_DATA",
  ],
  [
    "a symbol that is not text",
    tableToIPC(new Table({ ...bars, symbol: vectorFromArray([true], new Bool()) }), "file"),
    "ATC_INVALID_DATA",
  ],
] as const)("refuses %s", async (_, content, code) => {
  expect(await codeOf(read(fileOf(content)))).toBe(code);
});

it("refuses a compressed file without a codec, a directory, an unknown option", async () => {
  expect(
    await codeOf(arrow(`${fixtures}lz4.feather`).then((source) => source.chunks()[Symbol.asyncIterator]().next())),
  ).toBe("ATC_MISSING_PLUGIN");
  expect(await codeOf(arrow(fixtures))).toBe("ATC_INVALID_ARGUMENT");
  expect(await codeOf(arrow(manyRows, { seperator: ";" } as ArrowOptions))).toBe("ATC_INVALID_ARGUMENT");
});

it.each(["lz4.feather", "uncompressed.feather", "stream.arrows", "polars.arrow"])(
  "finds %s cut anywhere",
  async (name) => {
    const whole = readFileSync(fixtures + name);
    for (let part = 1; part < 20; part++) {
      const code = await codeOf(read(fileOf(whole.subarray(0, Math.floor((whole.length * part) / 20)))));
      expect(code, `${part}/20`).toBe("ATC_CORRUPT_DATA");
    }
  },
);

it("fails on flipped bytes only with its own errors", async () => {
  const files = ["lz4.feather", "polars.arrow", "delta.arrows", "replaced.arrows"].map((name) =>
    readFileSync(fixtures + name),
  );
  const expected = ["none", "ATC_CORRUPT_DATA", "ATC_INVALID_DATA", "ATC_UNSUPPORTED", "ATC_INVALID_ARGUMENT"];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), fc.nat(), fc.integer({ min: 1, max: 255 }), async (file, at, flip) => {
      const bytes = Uint8Array.from(file);
      // Metadata is at either end; values in between may be anything.
      const place =
        at % 2 === 0 ? at % Math.min(1500, bytes.length) : bytes.length - 1 - (at % Math.min(1500, bytes.length));
      bytes[place] = (bytes[place] as number) ^ flip;
      expect(expected).toContain(await codeOf(read(fileOf(bytes, "flipped.arrow"), { badRows: "skip" })));
    }),
    { numRuns: 300 },
  );
});

const extensions = manifest.atc.plugins.flatMap((plugin) => plugin.extensions ?? []);

it.each(extensions)("takes the symbol from a file's name without the ending %s of its manifest", async (extension) => {
  const { symbols } = await read(fileOf(tableToIPC(new Table(bars)), `SPY${extension}`));
  expect(symbols).toEqual(["SPY"]);
});

it("declares its plugins in its manifest and asks the host for codecs", async () => {
  expect(manifest.atc.plugins.map(({ kind, name }) => ({ kind, name }))).toEqual(
    plugins.map(({ kind, name }) => ({ kind, name })),
  );
  const create = plugins[0]?.create as unknown as (
    options: object,
    host: object,
  ) => Promise<Awaited<ReturnType<typeof arrow>>>;
  const asked: string[] = [];
  const host = {
    find: async (kind: string, name: "lz4") => {
      asked.push(`${kind} ${name}`);
      return codec(name);
    },
  };
  await using source = await create({ path: `${fixtures}lz4.feather` }, host);
  for await (const { length } of source.chunks()) expect(length).toBe(200);
  expect(new Set(asked)).toEqual(new Set(["codec lz4"]));
});

it("reads a table of values without prices", async () => {
  const table = new Table({
    time: vectorFromArray(["2024-01-01", "2024-01-02"], new Utf8()),
    long_entry: vectorFromArray([1, null], new Float64()),
    other: vectorFromArray([1, 2], new Float64()),
  });
  const options = { values: ["weight", "longEntry"], extra: "drop", symbol: "AAA" } as const;
  const found = await read(fileOf(tableToIPC(table, "file")), options);
  expect(Object.keys(found.values)).toEqual(["timestamp", "longEntry"]);
  expect(found.values["longEntry"]).toEqual([1, Number.NaN]);
});
