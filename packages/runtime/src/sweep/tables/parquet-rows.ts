import type { ReadableTable } from "@atc/contract";
import { descriptionKey } from "../description-key.ts";
import type { TableReading, TableRows } from "./table-rows.ts";

/** The symbol of the first row, which is empty in a table with symbols. */
async function firstSymbol(table: ReadableTable): Promise<string | undefined> {
  for await (const { values } of table.batches()) {
    const column = values["symbol"];
    return column !== undefined && "indices" in column ? column.values[column.indices[0] ?? -1] : undefined;
  }
  return undefined;
}

/**
 * Opens the rows of a Parquet file. The column `symbol` of a table without symbols, in which every row says
 * `portfolio`, is left out.
 *
 * @throws ATC_MISSING_PLUGIN; what its reader throws
 */
export async function parquetRows(file: string, { host }: TableReading): Promise<TableRows> {
  const reader = await host.find("table-reader", "parquet");
  const table = await reader.open(file);
  const { metadata } = table;
  const hasSymbols = (await firstSymbol(table)) === "";
  const columns = table.columns.filter(({ name }) => name !== "symbol" || hasSymbols);
  return {
    columns,
    description: metadata[descriptionKey],
    async *batches() {
      for await (const { length, values } of table.batches()) yield { length, columns, values };
    },
    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
}
