import type { TextColumn, TypedArray } from "@atc/contract";
import { openArrowTable } from "@atc/mmap-store";
import { descriptionKey } from "../description-key.ts";
import { batchRows, type TableRows } from "./table-rows.ts";

/**
 * Opens the rows of an Arrow file.
 *
 * @throws what `openArrowTable` throws
 */
export async function arrowRows(file: string): Promise<TableRows> {
  const table = await openArrowTable(file);
  const { columns, rows, texts, metadata } = table;
  return {
    columns,
    description: metadata[descriptionKey],
    async *batches() {
      for (let from = 0; from < rows; from += batchRows) {
        const to = Math.min(from + batchRows, rows);
        const values: [string, TypedArray | TextColumn][] = [];
        for (const { name, type } of columns) {
          const array = await table.read(name, from, to);
          values.push([name, type === "text" ? { indices: array as Int32Array, values: texts[name] ?? [] } : array]);
        }
        yield { length: to - from, columns, values: Object.fromEntries(values) };
      }
    },
    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
}
