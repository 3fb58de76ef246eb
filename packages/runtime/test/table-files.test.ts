import type { RowKind } from "@atc/contract";
import { csv } from "@atc/source-csv";
import { type ReadRow, tableWriterCases } from "@atc/testing";
import { describe, it } from "vitest";
import { csvFile } from "../src/data/csv-table.ts";

/** All rows of a CSV file, by its source. */
async function readCsv(path: string, kind: RowKind): Promise<readonly ReadRow[]> {
  await using source = await csv(path, { kind, badRows: "nan" });
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

describe("conformance: CSV", () => {
  const writer = { name: "csv", extension: ".csv", create: csvFile };
  for (const { name, run } of tableWriterCases(() => writer, { read: readCsv })) it(name, run, 60_000);
});
