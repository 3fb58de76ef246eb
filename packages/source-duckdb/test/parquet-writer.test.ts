import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RowKind } from "@atc/contract";
import { type ReadRow, tableWriterCases } from "@atc/testing";
import { describe, expect, it } from "vitest";
import { duckdb, parquetWriter } from "../src/index.ts";
import { pathOf } from "./made-files.ts";

/** All rows of a Parquet file, through the source; a price that is NaN stays. */
async function read(path: string, kind: RowKind): Promise<readonly ReadRow[]> {
  await using source = await duckdb(
    { sql: "SELECT * FROM files", files: path },
    { kind, badRows: "nan", format: "parquet", threads: 1 },
  );
  const rows: ReadRow[] = [];
  for await (const { length, symbol, columns } of source.chunks())
    for (let i = 0; i < length; i++) {
      const others = Object.entries(columns).filter(([name]) => name !== "timestamp");
      rows.push({
        symbol: symbol.values[symbol.indices[i] as number] as string,
        time: columns["timestamp"]?.[i] as bigint,
        values: Object.fromEntries(others.map(([name, array]) => [name, array[i] as number])),
      });
    }
  return rows;
}

describe("conformance: Parquet", () => {
  for (const { name, run } of tableWriterCases(() => parquetWriter({ threads: 1 }), { read })) it(name, run, 60_000);
});

it("refuses an unknown compression", () => {
  expect(() => parquetWriter({ compression: "lzma" as "zstd" })).toThrow(
    expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }),
  );
});

it("ends the writing of a file before its disposal, because DuckDB writes on another thread", async () => {
  const path = pathOf("disposed.parquet");
  const columns = [
    { name: "timestamp", type: "timestamp[ms]" },
    { name: "close", type: "float64" },
  ] as const;
  const rows = 20_000;
  const file = await parquetWriter({ threads: 1 }).create(path, {
    schema: { kind: "bars", columns },
    series: [{ symbol: "A", rows }],
  });
  const timestamp = BigInt64Array.from({ length: rows }, (_, row) => BigInt(60_000 * row));
  await file.write("A", { timestamp, close: new Float64Array(rows).fill(1.5) });
  const finished = file.finish();
  await file[Symbol.asyncDispose]();
  await finished;
  expect(await read(path, "bars")).toHaveLength(rows);
});

it("writes texts of a dictionary beside the symbol, and leaves out missing ones", async () => {
  const folder = await mkdtemp(join(tmpdir(), "atc-texts-"));
  try {
    const path = join(folder, "fills.parquet");
    const count = 3000;
    const reasons = ["signal", "stopLoss", 'a "quoted, text"'];
    const file = await parquetWriter({ threads: 1 }).create(path, {
      schema: {
        kind: "bars",
        columns: [
          { name: "time", type: "timestamp[ms]" },
          { name: "close", type: "float64" },
          { name: "reason", type: "text" },
        ],
      },
      texts: { reason: reasons },
      series: [{ symbol: "A", rows: count }],
    });
    const indices = Int32Array.from({ length: count }, (_, i) => (i % 4) - 1);
    const time = BigInt64Array.from({ length: count }, (_, i) => BigInt(i) * 60_000n);
    await file.write("A", { time, close: Float64Array.from({ length: count }, (_, i) => i), reason: indices });
    await file.finish();
    await using source = await duckdb(
      {
        sql: "SELECT coalesce(reason, 'none') AS symbol, time AS timestamp, close FROM files",
        files: path,
      },
      { kind: "bars", format: "parquet", threads: 1 },
    );
    const found: string[] = [];
    for await (const { length, symbol, columns } of source.chunks())
      for (let i = 0; i < length; i++)
        found[columns["close"]?.[i] as number] = symbol.values[symbol.indices[i] as number] as string;
    expect(found).toEqual(Array.from(indices, (index) => reasons[index] ?? "none"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
