import { dataSourceCases } from "@atc/testing";
import { describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { commonFormat, fileStem } from "../src/files/files.ts";
import plugins, { duckdb } from "../src/index.ts";
import { copyOf, pathOf } from "./made-files.ts";

const symbols = ["A", "BB", "LONGERTHAN12CHARACTERS", "Ünïcödé-Ω"];
const ticks = `SELECT CASE i % 4 ${symbols.map((symbol, i) => `WHEN ${i} THEN '${symbol}'`).join(" ")} END AS symbol,
  make_timestamp_ns(1700000000000000000 + i) AS ts, 100 + i / 8 AS price, i % 9 AS size, ['N', 'Y', 'Q'][i % 3 + 1] AS exchange FROM range(70000) r(i)`;
const bars = "SELECT 'X' AS symbol, TIMESTAMP '2024-01-01' + INTERVAL (i) DAY AS date, 1.5 AS close FROM range(3) r(i)";
const faulty = `SELECT * REPLACE (CASE WHEN i % 70 = 7 THEN NULL ELSE price END AS price) FROM (SELECT *, row_number() OVER () AS i FROM (${ticks}))`;

const parquet = pathOf("ticks.parquet");
const gz = pathOf("ticks.csv.gz");
const zst = pathOf("ticks.csv.zst");
const lines = pathOf("bars.jsonl");
const nulls = pathOf("nulls.parquet");
const fewBars = pathOf("bars.parquet");
await copyOf(ticks, "ticks.parquet", "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480");
await copyOf(ticks, "ticks.csv.gz", "FORMAT csv, COMPRESSION gzip");
await copyOf(ticks, "ticks.csv.zst", "FORMAT csv, COMPRESSION zstd");
await copyOf(bars, "bars.jsonl", "FORMAT json");
await copyOf(faulty, "nulls.parquet");
await copyOf(bars, "bars.parquet");

const expected = { kind: "ticks", rows: 70_000, symbols } as const;
const columns = ["symbol", "timestamp", "close", "volume"];
const bad = Math.floor((70_000 - 7) / 70) + 1;

describe.each([
  ["Parquet", () => duckdb(parquet, { text: "keep", threads: 2 }), { ...expected, columns: [...columns, "exchange"] }],
  ["CSV in gzip", () => duckdb(gz, { threads: 2 }), { ...expected, columns }],
  ["CSV in zstd", () => duckdb(zst, { threads: 2, text: "keep" }), expected],
  [
    "rows without a price left out",
    () => duckdb(nulls, { badRows: "skip" }),
    { ...expected, rows: 70_000 - bad, badRows: bad },
  ],
  ["rows without a price with NaN", () => duckdb(nulls, { badRows: "nan" }), { ...expected, badRows: bad }],
  ["few bars in JSON lines", () => duckdb(lines), { kind: "bars", rows: 3, symbols: ["X"] }],
  [
    "a query",
    () => duckdb({ sql: "SELECT * FROM files WHERE close > 1 ORDER BY date DESC", files: fewBars }),
    { kind: "bars", rows: 3, symbols: ["X"] },
  ],
] as const)("conformance: %s", (_, create, holds) => {
  for (const { name, run } of dataSourceCases(create, holds)) it(name, run, 300_000);
});

const extensions = manifest.atc.plugins.flatMap((plugin) => plugin.extensions ?? []);

it.each(extensions)(
  "knows the format of the ending %s of its manifest, and takes the symbol without it",
  async (ending) => {
    const path = `/data/SPY${ending}`;
    expect(fileStem(path)).toBe("SPY");
    const [format] = /parquet|csv|json/.exec(ending.replace(/parq$|pq$/, "parquet").replace(/tsv|txt/, "csv")) ?? [];
    const file = { path, realPath: path, size: 1, mtimeNs: 0n, inode: 0n };
    expect(await commonFormat([file])).toBe(format);
  },
);

it("declares its plugins in its manifest and creates sources with them", async () => {
  expect(manifest.atc.plugins.map(({ kind, name }) => ({ kind, name }))).toEqual(
    plugins.map(({ kind, name }) => ({ kind, name })),
  );
  const create = plugins[0]?.create as unknown as (options: unknown, host: unknown) => ReturnType<typeof duckdb>;
  await using source = await create({ path: fewBars, badRows: "skip" }, {});
  expect(source.identity.parts).toMatchObject({ options: { badRows: "skip" } });
  await using query = await create({ path: fewBars, sql: "FROM files" }, {});
  expect(query.identity.parts).toMatchObject({ sql: "FROM files" });
  await expect(async () => create({}, {})).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
});
