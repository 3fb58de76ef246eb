import { createHash, type Hash } from "node:crypto";
import type { Table, TableBlocks } from "@atc/backtest";
import type { ColumnMetadata, TextColumn, TypedArray } from "@atc/contract";
import type { SweepDescription } from "./sweep-description.ts";

/** The table of a sweep as a stored run has it. */
export interface RecordedTable {
  /** Number of rows. */
  readonly rows: number;
  /** A digest of each column, by name. */
  readonly digests: Readonly<Record<string, string>>;
  /** All rows; undefined if there are too many. */
  readonly table: TableBlocks | undefined;
  /** What the sweep was, as the metadata of a file of the table says. */
  readonly description: SweepDescription;
}

/** Digests the rows of a table, and keeps them if they are few. */
export interface TableRecorder {
  /** Adds rows, in order. They are copied. */
  add(batch: Table): void;
  finish(): Omit<RecordedTable, "description">;
}

interface TableRecorderOptions {
  readonly columns: readonly ColumnMetadata[];
  /** The texts of columns, which may grow until the last row. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
  /** The most rows that are kept. */
  readonly mostRows: number;
}

/** Hexadecimal digits of a digest: 128 bits. */
const digits = 32;

/** Numbers with one form of NaN; of texts, the places among the column's texts. */
function copied(column: TypedArray | TextColumn): TypedArray {
  const own = "indices" in column ? column.indices.slice() : column.slice();
  if (own instanceof Float64Array) for (let i = 0; i < own.length; i++) if (Number.isNaN(own[i])) own[i] = Number.NaN;
  return own;
}

/** Texts are hashed as JSON: their places depend on the order in which errors came. */
function hashColumn(hash: Hash, values: TypedArray, texts: readonly string[] | undefined): void {
  if (texts === undefined) hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  else hash.update(JSON.stringify(Array.from(values as Int32Array, (place) => texts[place] ?? "")));
}

/** Creates a recorder of the batches of a table, whose ends do not depend on threads. */
export function tableRecorder({ columns, texts, mostRows }: TableRecorderOptions): TableRecorder {
  const hashes = columns.map(() => createHash("sha256"));
  let kept: { readonly length: number; readonly arrays: readonly TypedArray[] }[] | undefined = [];
  let rows = 0;

  function table(batches: NonNullable<typeof kept>): TableBlocks {
    // A row without a text has the last one.
    const own = Object.fromEntries(Object.entries(texts).map(([name, list]) => [name, [...list, ""]]));
    const columnOf = (name: string, array: TypedArray): TypedArray | TextColumn => {
      const values = own[name];
      if (values === undefined) return array;
      return { indices: (array as Int32Array).map((place) => (place < 0 ? values.length - 1 : place)), values };
    };
    return {
      length: rows,
      columns,
      texts: own,
      *blocks(names) {
        for (const { length, arrays } of batches) {
          const chosen = columns.flatMap((column, at) =>
            names.includes(column.name) ? [[column, columnOf(column.name, arrays[at] as TypedArray)] as const] : [],
          );
          yield {
            length,
            columns: chosen.map(([column]) => column),
            values: Object.fromEntries(chosen.map(([{ name }, values]) => [name, values])),
          };
        }
      },
    };
  }

  return {
    add({ length, values }) {
      const arrays = columns.map(({ name }, at) => {
        const array = copied(values[name] as TypedArray | TextColumn);
        hashColumn(hashes[at] as Hash, array, texts[name]);
        return array;
      });
      rows += length;
      if (rows > mostRows) kept = undefined;
      kept?.push({ length, arrays });
    },
    finish: () => ({
      rows,
      digests: Object.fromEntries(
        columns.map(({ name }, at) => [name, (hashes[at] as Hash).digest("hex").slice(0, digits)]),
      ),
      table: kept === undefined ? undefined : table(kept),
    }),
  };
}
