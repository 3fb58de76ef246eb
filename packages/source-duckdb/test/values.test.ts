import { describe, expect, it } from "vitest";
import { duckdb } from "../src/index.ts";
import { copyOf, failure, fileOf, read } from "./made-files.ts";

const ms = (text: string): bigint => BigInt(Date.parse(text));

describe("times", () => {
  it.each([
    ["TIMESTAMP '2024-01-01 09:30:00.123456'", ms("2024-01-01T09:30:00.123Z")],
    ["TIMESTAMPTZ '2024-01-01 09:30:00+02:00'", ms("2024-01-01T07:30:00Z")],
    ["TIMESTAMP_NS '2024-01-01 09:30:00.123456789'", ms("2024-01-01T09:30:00.123Z")],
    ["TIMESTAMP_MS '2024-01-01 09:30:00.123'", ms("2024-01-01T09:30:00.123Z")],
    ["TIMESTAMP_S '2024-01-01 09:30:00'", ms("2024-01-01T09:30:00Z")],
    ["TIMESTAMP '1969-12-31 23:59:59.9995'", -1n],
    ["TIMESTAMP '1677-01-01'", ms("1677-01-01T00:00:00Z")],
    ["TIMESTAMP '9999-12-31 23:59:59.999'", ms("9999-12-31T23:59:59.999Z")],
    ["DATE '2024-01-31'", ms("2024-01-31T00:00:00Z")],
    ["1704101400::INTEGER", 1704101400000n],
    ["1704101400000::BIGINT", 1704101400000n],
    ["1704101400000999::UBIGINT", 1704101400000n],
    ["1704101400000999999::HUGEINT", 1704101400000n],
    ["1704101400.25::DOUBLE", 1704101400250n],
    ["1704101400.123456::DECIMAL(18, 6)", 1704101400123n],
    ["20240131::INTEGER", ms("2024-01-31T00:00:00Z")],
    ["'2024-01-01T09:30:00+02:00'", ms("2024-01-01T07:30:00Z")],
    ["'2024-01-01 09:30'", ms("2024-01-01T09:30:00Z")],
    ["'2024-01-01 09:30:00 Europe/Berlin'", ms("2024-01-01T08:30:00Z")],
    ["'20240131'", ms("2024-01-31T00:00:00Z")],
    ["'20240131 09:30'", ms("2024-01-31T09:30:00Z")],
    ["'1704101400000'", 1704101400000n],
  ])("reads %s to the millisecond", async (value, expected) => {
    expect(
      await read({ sql: `SELECT 'A' AS symbol, ${value} AS timestamp, 1 AS close` }, { kind: "bars" }),
    ).toMatchObject({
      times: [expected],
    });
  });

  it.each([
    ["TIMESTAMP_NS '2024-01-01 09:30:00.123456789'", 1704101400123456789n],
    ["TIMESTAMP '1969-12-31 23:59:59.999999'", -1000n],
    ["'2024-01-01T09:30:00.123456789+01:00'", 1704097800123456789n],
    ["'2024-01-01 09:30:00 Europe/Berlin'", 1704097800000000000n],
    ["1704101400123456789::BIGINT", 1704101400123456789n],
    ["1704101400::BIGINT", 1704101400000000000n],
    ["'1704101400.123456789'", 1704101400123456789n],
    ["DATE '2262-04-11'", 9223286400000000000n],
  ])("reads %s to the nanosecond", async (value, expected) => {
    expect(await read({ sql: `SELECT 'A' AS symbol, ${value} AS timestamp, 1 AS price` })).toMatchObject({
      kind: "ticks",
      times: [expected],
    });
  });

  it.each([
    "TIMESTAMP '2262-04-12'",
    "DATE '2300-01-01'",
    "'2262-04-12T00:00:00Z'",
    "TIMESTAMP 'infinity'",
    "CAST(NULL AS TIMESTAMP)",
  ])("reports %s as a time that nanoseconds cannot hold", async (value) => {
    const source = {
      sql: `SELECT 'A' AS symbol, TIMESTAMP '2024-01-01' AS timestamp, 1 AS price`.replace(
        "TIMESTAMP '2024-01-01'",
        value,
      ),
    };
    const error = await failure(read(source));
    expect(error).toMatchObject({
      code: "ATC_INVALID_DATA",
      details: { line: 1, column: "timestamp", reason: "time" },
    });
    expect((await read(source, { badRows: "skip" })).badRows).toHaveLength(1);
  });

  it("makes bad rows of times with a zone among times without, as in CSV files", async () => {
    const rows = ["2024-01-01T00:00:00Z", "2024-01-01 00:00:00", "2024-01-01T00:00:00-05:00"];
    const late = Array.from({ length: 30_000 }, () => "A,2024-01-01 00:00:00,1").join("\n");
    const csv = fileOf(
      `symbol,timestamp,close\n${late}\n${rows.map((time) => `A,${time},1`).join("\n")}\n`,
      "zones.csv",
    );
    const { times, badRows } = await read(csv, { badRows: "skip" });
    expect([times.length, new Set(times)]).toEqual([30_001, new Set([ms("2024-01-01")])]);
    expect(badRows.map(({ line, text }) => [line, text])).toEqual([
      [30_002, rows[0]],
      [30_004, rows[2]],
    ]);
    const zoned = rows.filter((row) => row !== rows[1]);
    const json = fileOf(
      zoned.map((time) => `{"symbol":"A","timestamp":"${time}","close":"1.5"}\n`).join(""),
      "zones.jsonl",
    );
    expect(await read(json)).toMatchObject({
      times: [ms("2024-01-01"), ms("2024-01-01T05:00:00Z")],
      numbers: { close: [1.5, 1.5] },
    });
  });

  it("joins a date with the time of day in its own column, and takes the order of dates from the option", async () => {
    const csv = fileOf("Date,Time,Close\n31/01/2024,09:30:00,1\n30/01/2024,10:00:00,2\n", "clock.csv");
    const { times } = await read(csv, { dateOrder: "dmy" });
    expect(times).toEqual([ms("2024-01-31T09:30:00Z"), ms("2024-01-30T10:00:00Z")]);
    expect((await failure(read(csv))).message).toContain("dateOrder");
    const parquet = await copyOf("SELECT DATE '2024-01-31' AS date, TIME '09:30' AS time, 1 AS close", "clock.parquet");
    expect((await read(parquet)).times).toEqual([ms("2024-01-31T09:30:00Z")]);
  });
});

describe("numbers and texts", () => {
  it("handles missing values in every column", async () => {
    const every = (n: number, value: string): string => `CASE WHEN i % ${n} = 0 THEN NULL ELSE ${value} END`;
    const path = await copyOf(
      `SELECT ${every(11, "'S' || (i % 3)")} AS symbol, ${every(13, "TIMESTAMP '2024-01-01' + INTERVAL (i) SECOND")} AS timestamp,
        ${every(17, "i::DOUBLE")} AS open, ${every(19, "i::FLOAT")} AS close, ${every(2, "i::BIGINT")} AS volume,
        ${every(3, "i::DECIMAL(18, 4)")} AS turnover, ${every(5, "'note ' || (i % 7)")} AS note FROM range(10000) r(i)`,
      "nulls.parquet",
    );
    const { times, numbers, texts, badRows, summary } = await read(path, { badRows: "skip", text: "keep" });
    const good = Array.from({ length: 10_000 }, (_, i) => i).filter((i) => [11, 13, 17, 19].every((n) => i % n !== 0));
    expect(summary).toMatchObject({ rows: good.length, badRows: 10_000 - good.length });
    expect(times).toEqual(good.map((i) => ms("2024-01-01") + BigInt(i * 1000)));
    expect(numbers["open"]).toEqual(good);
    expect(numbers["volume"]).toEqual(good.map((i) => (i % 2 === 0 ? Number.NaN : i)));
    expect(numbers["turnover"]).toEqual(good.map((i) => (i % 3 === 0 ? Number.NaN : i)));
    expect(texts["note"]).toEqual(good.map((i) => (i % 5 === 0 ? undefined : `note ${i % 7}`)));
    expect(badRows[0]).toEqual({ line: 1, column: "symbol", reason: "symbol", text: "NULL" });
    expect(badRows[1]).toEqual({ line: 12, column: "symbol", reason: "symbol", text: "NULL" });
    expect(badRows[2]).toEqual({ line: 14, column: "timestamp", reason: "time", text: "NULL" });
    const kept = await read(path, { badRows: "nan" });
    expect(kept.summary?.badRows).toBe(10_000 - good.length);
    expect(kept.numbers["open"]?.filter(Number.isNaN).length).toBeGreaterThan(0);
  });

  it("reports texts that are not numbers, and accepts those that stand for a missing volume", async () => {
    const rows = ["1,N/A", "x,1", "2,abc", "3,", ",1", "inf,1", "4,7"];
    const csv = fileOf(
      `symbol,timestamp,close,volume\n${rows.map((row, i) => `NA,${1_700_000_000 + i},${row}`).join("\n")}\n`,
      "text.csv",
    );
    const { symbols, numbers, badRows } = await read(csv, { badRows: "skip" });
    expect(symbols).toEqual(["NA", "NA", "NA"]);
    expect(numbers).toEqual({ close: [1, 3, 4], volume: [Number.NaN, Number.NaN, 7] });
    expect(badRows).toEqual([
      { line: 3, column: "close", reason: "number", text: "x" },
      { line: 4, column: "volume", reason: "number", text: "abc" },
      { line: 6, column: "close", reason: "number", text: "NULL" },
      { line: 7, column: "close", reason: "number", text: "inf" },
    ]);
    expect((await failure(read(csv))).details).toMatchObject({ line: 3, column: "close", text: "x" });
  });

  it("reports CSV rows that cannot be split, with their lines", async () => {
    const good = Array.from({ length: 30_000 }, (_, i) => `A,${1_700_000_000 + i},${i}`).join("\n");
    const csv = fileOf(
      Buffer.concat([
        Buffer.from(`symbol,timestamp,close\n${good}\nA,1700000000\nA,1700000000,1,2,3\nA`),
        Buffer.from([0xff, 0xfe]),
        Buffer.from(",1700000000,1\nA,1700040000,7\n"),
      ]),
      "split.csv",
    );
    const { badRows, numbers } = await read(csv, { badRows: "skip" });
    expect(badRows.map(({ line, reason }) => [line, reason])).toEqual([
      [30_002, "fields"],
      [30_003, "fields"],
      [30_004, "encoding"],
    ]);
    expect(badRows[0]?.text).toBe("A,1700000000");
    expect(numbers["close"]).toHaveLength(30_001);
    expect(await failure(read(csv))).toMatchObject({
      code: "ATC_INVALID_DATA",
      details: { line: 30_002, reason: "fields" },
    });
  });

  it("reports lines that are not JSON, with their numbers", async () => {
    const json = fileOf(
      '{"symbol":"A","ts":1700000000,"close":1}\n{bad\n{"symbol":"A","ts":1700000001,"close":"x"}\n',
      "bad.jsonl",
    );
    expect((await failure(read(json))).code).toBe("ATC_INVALID_DATA");
    const { badRows, numbers } = await read(json, { badRows: "skip" });
    expect(badRows.map(({ line, reason, text }) => [line, reason, text])).toEqual([
      [2, "symbol", "NULL"],
      [3, "number", "x"],
    ]);
    expect(numbers["close"]).toEqual([1]);
  });

  it("distinguishes 5,000 symbols of any length, also those that differ after their 12th byte", async () => {
    const symbol =
      "CASE WHEN i % 2 = 0 THEN 'S' || (i % 5000) ELSE 'A-LONG-SYMBOL-' || (i % 5000) || repeat('x', i % 300) END";
    const path = await copyOf(
      `SELECT ${symbol} AS symbol, 1700000000 + i AS timestamp, i AS close FROM range(20000) r(i)`,
      "many.parquet",
    );
    const { symbols } = await read(path);
    const expected = Array.from({ length: 20_000 }, (_, i) =>
      i % 2 === 0 ? `S${i % 5000}` : `A-LONG-SYMBOL-${i % 5000}${"x".repeat(i % 300)}`,
    );
    expect(symbols).toEqual(expected);
  });

  it("reads symbols of other types and Parquet bytes as texts", async () => {
    const sql = "SELECT 7 AS symbol, 1700000000 AS timestamp, 1 AS close";
    expect((await read({ sql })).symbols).toEqual(["7"]);
    expect((await read({ sql: sql.replace("7 AS", "CAST('B' AS ENUM('A', 'B')) AS") })).symbols).toEqual(["B"]);
    const blob = await copyOf(sql.replace("7 AS", "'SPY'::BLOB AS"), "blob.parquet");
    expect((await read(blob)).symbols).toEqual(["SPY"]);
  });

  it("maps columns by name and reports missing ones", async () => {
    const sql = "SELECT 'A' AS Isin, 1700000000 AS Zeit, 1.5 AS Kurs, 3 AS Stück";
    const columns = { symbol: "ISIN", timestamp: "zeit", close: "kurs", volume: "stück" };
    expect(await read({ sql }, { columns })).toMatchObject({ symbols: ["A"], numbers: { close: [1.5], volume: [3] } });
    expect((await failure(read({ sql }, { columns: { close: "nope" } }))).code).toBe("ATC_INVALID_ARGUMENT");
    expect((await failure(read({ sql }))).code).toBe("ATC_INVALID_DATA");
  });

  it("gives each other column its lower-case name once", async () => {
    const sql = `SELECT 'A' AS symbol, 1700000000 AS ts, 2 AS close, 3 AS price, 4 AS "Adj Close", 5 AS h, true AS flag, 'x' AS note`;
    const names = async (options: Parameters<typeof read>[1]): Promise<string[]> =>
      (await read({ sql }, options)).metadata.map(({ name }) => name);
    expect(await names({})).toEqual(["symbol", "timestamp", "high", "close", "price", "adj close"]);
    expect(await names({ extra: "drop", text: "keep" })).toEqual(["symbol", "timestamp", "high", "close", "note"]);
  });
});

describe("queries", () => {
  it("gives no chunk for an empty result", async () => {
    const { summary } = await read({ sql: "SELECT 'A' AS symbol, 1700000000 AS ts, 1 AS close WHERE false" });
    expect(summary).toMatchObject({ rows: 0, badRows: 0 });
    const empty = await copyOf("SELECT 'A' AS symbol, 1700000000 AS ts, 1 AS close WHERE false", "no-rows.parquet");
    expect((await read(empty)).summary?.rows).toBe(0);
  });

  it.each([
    ["nothing", " ; ", "ATC_INVALID_ARGUMENT"],
    ["a query that is not SQL", "SELEC 1", "ATC_INVALID_ARGUMENT"],
    ["what writes", "CREATE TABLE t (i INTEGER)", "ATC_INVALID_ARGUMENT"],
    ["an unknown table", "FROM nowhere", "ATC_INVALID_ARGUMENT"],
    ["a missing file", "FROM 'nowhere.parquet'", "ATC_NOT_FOUND"],
    ["no symbol", "SELECT 1700000000 AS ts, 1 AS close", "ATC_INVALID_DATA"],
    [
      "a cast that fails",
      "SELECT 'A' AS symbol, 1700000000 AS ts, CAST('x' || i AS DOUBLE) AS close FROM range(9) r(i)",
      "ATC_INVALID_DATA",
    ],
  ])("refuses %s", async (_, sql, code) => {
    expect((await failure(read({ sql }))).code).toBe(code);
  });

  it("accepts a query that ends in a comment or a semicolon", async () => {
    expect((await read({ sql: "SELECT 'A' AS symbol, 1700000000 AS ts, 1 AS close -- all" })).symbols).toEqual(["A"]);
    expect((await read({ sql: "SELECT 'A;' AS symbol, 1700000000 AS ts, 1 AS close;" })).symbols).toEqual(["A;"]);
  });

  it("sorts more than fits its memory and leaves no file behind", async () => {
    const { mkdtempSync, readdirSync, rmSync } = await import("node:fs");
    const { tmpdir } = await import("node:os");
    const tempDirectory = mkdtempSync(`${tmpdir()}/atc-duckdb-spill-`);
    const sql =
      "SELECT 'A' AS symbol, hash(i)::UBIGINT // 2048 AS ts, i AS close, i AS a, i AS b, i AS c FROM range(3000000) r(i) ORDER BY ts";
    await using source = await duckdb(
      { sql },
      { tempDirectory, memoryBytes: 48 * 1024 * 1024, threads: 1, timeUnit: "us", kind: "bars" },
    );
    let spilled = 0;
    let rows = 0;
    for await (const { length } of source.chunks()) {
      rows += length;
      spilled = Math.max(spilled, readdirSync(tempDirectory).length);
    }
    expect([rows, spilled]).toEqual([3_000_000, 1]);
    await source[Symbol.asyncDispose]();
    expect(readdirSync(tempDirectory)).toEqual([]);
    rmSync(tempDirectory, { recursive: true });
  });

  it("ends a running query when it is aborted or disposed", async () => {
    const sql =
      "SELECT 'A' AS symbol, 1700000000 AS ts, count(*)::DOUBLE AS close FROM range(100000000000) a(i) WHERE i % 7 = 3";
    await using source = await duckdb({ sql }, { kind: "bars", timeUnit: "s" });
    const controller = new AbortController();
    const drain = async (signal?: AbortSignal): Promise<void> => {
      for await (const chunk of source.chunks({ signal })) expect(chunk.length).toBe(0);
    };
    const aborted = failure(drain(controller.signal));
    setTimeout(() => controller.abort(), 50);
    expect((await aborted).code).toBe("ATC_ABORTED");
    const closed = failure(drain());
    setTimeout(() => source[Symbol.asyncDispose](), 50);
    expect((await closed).code).toBe("ATC_CLOSED");
  });
});

describe("options", () => {
  it.each([
    [{ badRows: "ignore" }],
    [{ colums: {} }],
    [{ columns: { clos: "x" } }],
    [{ columns: { close: 1 } }],
    [{ symbol: " " }],
    [{ threads: 0 }],
    [{ memoryBytes: 1000 }],
    [{ tempDirectory: "" }],
    [{ format: "xlsx" }],
  ])("refuses %o", async (options) => {
    const from = { sql: "SELECT 'A' AS symbol, 1700000000 AS ts, 1 AS close" };
    expect((await failure(duckdb(from, options as never))).code).toBe("ATC_INVALID_ARGUMENT");
  });
});

it("reads a table of values without prices", async () => {
  const sql =
    "SELECT 'A' AS symbol, DATE '2024-01-31' AS time, 0.5 AS weight UNION ALL SELECT 'A', DATE '2024-02-01', NULL";
  await using source = await duckdb({ sql }, { values: ["direction", "weight"], extra: "drop" });
  expect(source.columns.map(({ name }) => name)).toEqual(["symbol", "timestamp", "weight"]);
  const found: number[] = [];
  for await (const { columns } of source.chunks()) found.push(...(columns["weight"] as Float64Array));
  expect(found).toEqual([0.5, Number.NaN]);
});
