import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zstd } from "@atc/codec-zstd";
import { type DataSource, isAtcError } from "@atc/contract";
import { arrow } from "@atc/source-arrow";
import { type CsvOptions, csv } from "@atc/source-csv";
import { duckdb } from "@atc/source-duckdb";
import { json } from "@atc/source-json";
import duckdbBinding from "@duckdb/node-bindings";
import { Float64, Int64, Table, tableToIPC, Utf8, type Vector, vectorFromArray } from "apache-arrow";
import { afterAll, describe, expect, it } from "vitest";
import { ingest } from "../src/index.ts";
import { memoryStore } from "./memory-store.ts";

const directory = mkdtempSync(join(tmpdir(), "same-content-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The options that all sources have. */
type Options = Pick<
  CsvOptions,
  "badRows" | "clockDigits" | "dateOrder" | "disambiguation" | "kind" | "symbol" | "timeIs" | "timeUnit" | "timeZone"
>;

/** A table: the names of its columns, and its rows as CSV files write them. */
interface Content {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A column whose values are numbers in formats that have types. */
const numeric: ReadonlySet<string> = new Set(["open", "close", "volume", "n"]);

const isWhole = (text: string): boolean => /^-?\d{1,18}$/.test(text);

/** Whether a column of times can be one of integers. */
function hasIntegers({ names, rows }: Content): boolean {
  return names.every((name, i) => numeric.has(name) || name === "symbol" || rows.every((row) => isWhole(row[i] ?? "")));
}

const csvText = ({ names, rows }: Content): string => [names, ...rows].map((row) => `${row.join()}\n`).join("");

/** A row as an object of JSON, in which a name may occur twice. */
function objectText({ names }: Content, row: readonly string[], isInteger: boolean): string {
  const members = names.map((name, i) => {
    const text = row[i] ?? "";
    const isBare = (numeric.has(name) && text !== "") || (isInteger && name !== "symbol");
    return `${JSON.stringify(name)}:${text === "" ? "null" : isBare ? text : JSON.stringify(text)}`;
  });
  return `{${members.join()}}`;
}

async function writeParquet(path: string, content: Content, isInteger: boolean): Promise<void> {
  const columns = content.names.map((name) => {
    const type = numeric.has(name) ? "DOUBLE" : isInteger && name !== "symbol" ? "BIGINT" : "VARCHAR";
    return `"${name}" ${type}`;
  });
  const value = (text: string): string => (text === "" ? "NULL" : `'${text}'`);
  const values = content.rows.map((row) => `(${row.map(value).join()})`).join();
  const database = await duckdbBinding.open(":memory:");
  const connection = await duckdbBinding.connect(database);
  await duckdbBinding.query(connection, `CREATE TABLE t (${columns.join()})`);
  await duckdbBinding.query(connection, `INSERT INTO t VALUES ${values}`);
  await duckdbBinding.query(connection, `COPY t TO '${path}' (FORMAT parquet)`);
  duckdbBinding.disconnect_sync(connection);
  duckdbBinding.close_sync(database);
}

function arrowBytes({ names, rows }: Content, isInteger: boolean): Uint8Array {
  const columns = names.map((name, i): [string, Vector] => {
    const texts = rows.map((row) => row[i] || null);
    if (numeric.has(name))
      return [
        name,
        vectorFromArray(
          texts.map((text) => text && Number(text)),
          new Float64(),
        ),
      ];
    if (isInteger && name !== "symbol")
      return [
        name,
        vectorFromArray(
          texts.map((text) => text && BigInt(text)),
          new Int64(),
        ),
      ];
    return [name, vectorFromArray(texts, new Utf8())];
  });
  return tableToIPC(new Table(Object.fromEntries(columns)), "file");
}

let count = 0;
function fileOf(name: string, bytes?: string | Uint8Array): string {
  const path = join(mkdtempSync(join(directory, `${count++}-`)), name);
  if (bytes !== undefined) writeFileSync(path, bytes);
  return path;
}

/** A format: undefined if it cannot hold the content. */
type Format = (content: Content, options: Options) => Promise<DataSource> | undefined;

const isUnique = ({ names }: Content): boolean =>
  new Set(names.map((name) => name.toLowerCase())).size === names.length;

const parquetOf = async (content: Content, options: Options, isInteger: boolean): Promise<DataSource> => {
  const path = fileOf("bars.parquet");
  await writeParquet(path, content, isInteger);
  return duckdb(path, options);
};

const lines = (content: Content, isInteger: boolean): string =>
  content.rows.map((row) => `${objectText(content, row, isInteger)}\n`).join("");

const formats: readonly (readonly [name: string, format: Format])[] = [
  [".csv", (content, options) => csv(fileOf("bars.csv", csvText(content)), options)],
  [".csv.gz", (content, options) => csv(fileOf("bars.csv.gz", gzipSync(csvText(content))), options)],
  [
    ".csv.zst",
    (content, options) => csv(fileOf("bars.csv.zst", zstd().encode(Buffer.from(csvText(content)))), options),
  ],
  [".csv through DuckDB", (content, options) => duckdb(fileOf("bars.csv", csvText(content)), options)],
  [
    ".json",
    (content, options) =>
      json(fileOf("bars.json", `[${content.rows.map((row) => objectText(content, row, false)).join(",\n")}]`), options),
  ],
  [".jsonl", (content, options) => json(fileOf("bars.jsonl", lines(content, false)), options)],
  [
    ".jsonl with integers",
    (content, options) =>
      hasIntegers(content) ? json(fileOf("bars.jsonl", lines(content, true)), options) : undefined,
  ],
  [
    ".jsonl through DuckDB",
    (content, options) =>
      isUnique(content) ? duckdb(fileOf("bars.jsonl", lines(content, false)), options) : undefined,
  ],
  ["Parquet with texts", (content, options) => (isUnique(content) ? parquetOf(content, options, false) : undefined)],
  [
    "Parquet with integers",
    (content, options) => (isUnique(content) && hasIntegers(content) ? parquetOf(content, options, true) : undefined),
  ],
  [
    "Arrow with texts",
    (content, options) =>
      isUnique(content) ? arrow(fileOf("bars.arrow", arrowBytes(content, false)), options) : undefined,
  ],
  [
    "Arrow with integers",
    (content, options) =>
      isUnique(content) && hasIntegers(content)
        ? arrow(fileOf("bars.arrow", arrowBytes(content, true)), options)
        : undefined,
  ],
];

/** What an ingest of a source gives, but for names of files and numbers of lines. */
interface Outcome {
  readonly rows?: readonly (readonly (number | bigint | string)[])[];
  readonly notes?: readonly string[];
  readonly badRows?: number;
  readonly timeIs?: string | undefined;
  /** The code of a refusal, and the options that its message names. */
  readonly refusal?: readonly string[];
}

async function outcomeOf(create: () => Promise<DataSource>): Promise<Outcome> {
  const store = memoryStore();
  try {
    await using source = await create();
    const { timeIs } = source;
    const { report } = await ingest(source, store, { name: "d" });
    const names = source.columns.slice(1).map(({ name }) => name);
    const rows = report.series.flatMap(({ symbol }) => {
      const columns = names.map((name) => store.column("d", symbol, name));
      return (columns[0] ?? []).map((_, row) => [symbol, ...columns.map((column) => column[row] ?? "none")]);
    });
    const notes = (report.notes ?? []).map((note) => note.replace(/, the first in line \d+/, ""));
    return { rows, notes, badRows: source.summary()?.badRows ?? 0, timeIs };
  } catch (error) {
    if (!isAtcError(error)) throw error;
    const named = [...error.message.matchAll(/--source-option (\w+)=|two columns "(\w+)"|option (timeZone)/g)];
    return { refusal: [error.code, ...new Set(named.map((match) => match[1] ?? match[2] ?? match[3] ?? ""))] };
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

const bars = (times: readonly string[]): Content => ({
  names: ["date", "open", "close"],
  rows: times.map((time, i) => [time, String(i + 0.5), String(i + 1)]),
});

const ms = Array.from({ length: 6 }, (_, i) => 1735686000000 + i * 3_600_000);
const read = (...days: readonly string[]): readonly bigint[] => days.map((day) => BigInt(Date.parse(day)));
const night = [
  "2024-11-03 00:30",
  "2024-11-03 01:00",
  "2024-11-03 01:30",
  "2024-11-03 01:00",
  "2024-11-03 01:30",
  "2024-11-03 02:00",
];
const zone = { timeZone: "America/New_York" } as const;

/** Contents, the options with which they are read, and the times that they then have; or the option that is named. */
const cases: readonly (readonly [
  name: string,
  content: Content,
  options: Options,
  expected: readonly bigint[] | string,
])[] = [
  ["dates", bars(["2024-01-02", "2024-01-03"]), {}, read("2024-01-02", "2024-01-03")],
  ["dates before 1980", bars(["1927-12-30", "1928-01-03"]), {}, read("1927-12-30", "1928-01-03")],
  ["times", bars(["2024-01-02 09:30:00", "2024-01-02 09:31:00"]), {}, read("2024-01-02T09:30Z", "2024-01-02T09:31Z")],
  [
    "times with a zone",
    bars(["2024-01-02T09:30:00+01:00", "2024-01-02T09:30:00Z"]),
    {},
    read("2024-01-02T08:30Z", "2024-01-02T09:30Z"),
  ],
  ["times with a zone and the option of one", bars(["2024-01-02T09:30:00Z"]), zone, "timeZone"],
  [
    "12-hour clocks",
    bars(["2024-01-02 9:30 AM", "2024-01-02 9:30 PM"]),
    {},
    read("2024-01-02T09:30Z", "2024-01-02T21:30Z"),
  ],
  ["days first", bars(["31/01/2024", "01/02/2024"]), { dateOrder: "dmy" }, read("2024-01-31", "2024-02-01")],
  ["months first", bars(["01/31/2024", "02/01/2024"]), { dateOrder: "mdy" }, read("2024-01-31", "2024-02-01")],
  ["days first and ISO", bars(["31/01/2024", "2024-02-01"]), { dateOrder: "dmy" }, read("2024-01-31", "2024-02-01")],
  [
    "months by name",
    bars(["31-Jan-2024", "Feb 1, 2024"].map((text) => text.replace(",", ""))),
    {},
    read("2024-01-31", "2024-02-01"),
  ],
  [
    "midnights of a zone, also in summer",
    bars(["2024-01-31 00:00:00+01:00", "2024-07-01 00:00:00+02:00"]),
    {},
    read("2024-01-31", "2024-07-01"),
  ],
  ["midnights west of UTC", bars(["2024-01-31T00:00:00-05:00"]), {}, read("2024-01-31")],
  [
    "midnights of a zone as instants",
    bars(["2024-01-31 00:00:00+01:00"]),
    { timeIs: "instant" },
    read("2024-01-30T23:00Z"),
  ],
  ["midnights in UTC", bars(["2024-01-31T00:00:00Z"]), {}, read("2024-01-31")],
  ["years of two digits", bars(["31/01/24"]), {}, "ATC_INVALID_DATA"],
  ["days first or months first", bars(["01/02/2024", "02/02/2024"]), {}, "dateOrder"],
  ["eight digits", bars(["20240131", "20240201"]), {}, read("2024-01-31", "2024-02-01")],
  ["twelve digits", bars(["202401310930", "202401310931"]), {}, read("2024-01-31T09:30Z", "2024-01-31T09:31Z")],
  [
    "twelve digits in a zone",
    bars(["202401310930", "202401310931"]),
    zone,
    read("2024-01-31T14:30Z", "2024-01-31T14:31Z"),
  ],
  [
    "fourteen digits",
    bars(["20240131093015", "20240131093016"]),
    {},
    read("2024-01-31T09:30:15Z", "2024-01-31T09:30:16Z"),
  ],
  [
    "seventeen digits",
    bars(["20240131093015123", "20240131093015124"]),
    {},
    read("2024-01-31T09:30:15.123Z", "2024-01-31T09:30:15.124Z"),
  ],
  ["seconds", bars(["1704067200", "1704067260"]), {}, read("2024-01-01T00:00Z", "2024-01-01T00:01Z")],
  ["milliseconds", bars(ms.map(String)), {}, ms.map(BigInt)],
  [
    "milliseconds, then microseconds",
    bars(ms.map((time, i) => (i < 4 ? String(time) : `${time}000`))),
    {},
    ms.map(BigInt),
  ],
  [
    "microseconds, of which one is in seconds",
    bars(ms.map((time, i) => (i === 2 ? String(time / 1000) : `${time}000`))),
    {},
    ms.map(BigInt),
  ],
  ["numbers with the option of a zone", bars(ms.map(String)), zone, "timeZone"],
  [
    "a date that does not exist among eight digits",
    bars(["20240131", "20241304", "20240201"]),
    { badRows: "skip" },
    read("2024-01-31", "2024-02-01"),
  ],
  ["days of Excel", bars(["45292", "45293"]), {}, "timeUnit"],
  ["days of Excel with the option", bars(["45292", "45293"]), { timeUnit: "excel" }, read("2024-01-01", "2024-01-02")],
  ["months", bars(["202401", "202402"]), {}, "timeUnit"],
  ["months with the option", bars(["202401", "202402"]), { timeUnit: "yyyymm" }, read("2024-01-01", "2024-02-01")],
  ["days since 1970", bars(["19790", "19791"]), { timeUnit: "days" }, read("2024-03-08", "2024-03-09")],
  [".NET's ticks", bars(["638396640000000000", "638396640600000000"]), {}, "timeUnit"],
  [
    ".NET's ticks with the option",
    bars(["638396640000000000", "638396640600000000"]),
    { timeUnit: "ticks" },
    read("2024-01-01T00:00Z", "2024-01-01T00:01Z"),
  ],
  [
    "a unit that gives times of 1970",
    bars(["1735686000", "1735686060"]),
    { timeUnit: "ms" },
    [1735686000n, 1735686060n],
  ],
  [
    "local times, of which some occur twice",
    bars(night),
    { ...zone, badRows: "skip" },
    read("2024-11-03T04:30Z", "2024-11-03T07:00Z"),
  ],
  ["the same as an error", bars(night), zone, "disambiguation"],
  [
    "the same in the order of rows",
    bars(night),
    { ...zone, disambiguation: "infer" },
    read(
      "2024-11-03T04:30Z",
      "2024-11-03T05:00Z",
      "2024-11-03T05:30Z",
      "2024-11-03T06:00Z",
      "2024-11-03T06:30Z",
      "2024-11-03T07:00Z",
    ),
  ],
  ["dates with the option of a zone", bars(["2024-01-02", "2024-01-03"]), zone, read("2024-01-02", "2024-01-03")],
  [
    "a bad time",
    bars(["2024-01-02", "2024-02-30", "2024-01-04"]),
    { badRows: "skip" },
    read("2024-01-02", "2024-01-04"),
  ],
  ["a bad time as an error", bars(["2024-01-02", "2024-02-30", "2024-01-04"]), {}, ""],
  [
    "a time that is missing",
    bars(["2024-01-02", "", "2024-01-04"]),
    { badRows: "skip" },
    read("2024-01-02", "2024-01-04"),
  ],
  [
    "times of which one names a zone",
    bars(["2024-01-02 09:30", "2024-01-02 09:31", "2024-01-02T09:32Z"]),
    { badRows: "skip" },
    read("2024-01-02T09:30Z", "2024-01-02T09:31Z"),
  ],
  [
    "a price that is missing in the row of another unit",
    {
      names: ["ts", "close"],
      rows: [
        [String(ms[0]), "1"],
        [`${ms[1]}000`, ""],
        [String(ms[2]), "3"],
      ],
    },
    { badRows: "skip" },
    [BigInt(ms[0] as number), BigInt(ms[2] as number)],
  ],
  [
    "a time of day in a column of its own",
    {
      names: ["date", "time", "close"],
      rows: [
        ["2024-01-02", "09:30", "1"],
        ["2024-01-02", "09:31", "2"],
      ],
    },
    {},
    read("2024-01-02T09:30Z", "2024-01-02T09:31Z"),
  ],
  [
    "symbols, a volume and columns that are not read",
    {
      names: ["symbol", "timestamp", "close", "volume", "n", "venue"],
      rows: [
        ["A", "2024-01-02", "1", "", "7", "X"],
        ["B", "2024-01-02", "2", "5", "8", "Y"],
      ],
    },
    {},
    read("2024-01-02", "2024-01-02"),
  ],
  [
    "two columns of one name",
    {
      names: ["date", "close", "close"],
      rows: [
        ["2024-01-02", "1", "2"],
        ["2024-01-03", "2", "3"],
      ],
    },
    {},
    "close",
  ],
];

describe.each(cases)("%s", (_, content, options, expected) => {
  const wanted = outcomeOf(() => csv(fileOf("bars.csv", csvText(content)), { symbol: "S", ...options }));

  it("are read by source-csv as expected", async () => {
    const { rows, refusal } = await wanted;
    if (typeof expected === "string") expect(refusal?.join()).toContain(expected);
    else expect(rows?.map((row) => row[1])).toEqual(expected);
  });

  it.each(formats)("are the same as %s", async (_name, format) => {
    const source = format(content, { symbol: "S", ...options });
    if (source === undefined) return;
    expect(await outcomeOf(() => source)).toEqual(await wanted);
  });
});
