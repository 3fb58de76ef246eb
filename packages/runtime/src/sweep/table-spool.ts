import { closeSync, readSync, writeSync } from "node:fs";
import type { Table, TableBlocks } from "@atc/backtest";
import { type ColumnMetadata, fromSystemError, type TextColumn, type TypedArray } from "@atc/contract";
import { namelessFile } from "../spool/open-spool.ts";

/** Rows of a table on the disk, until it is written in its format. Disposal frees them. */
export interface TableSpool extends Disposable {
  /** Appends rows. */
  append(rows: Table): void;
  /** All rows. Call it after the last `append`. */
  table(): TableBlocks;
}

/** What a spool is made from. */
export interface TableSpoolOptions {
  /** The folder of its file, which has no name, so that nothing is left of it however the process ends. */
  readonly folder: string;
  readonly columns: readonly ColumnMetadata[];
  /** The texts of columns, which may grow until the last row. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
}

/** The place of a column of some rows. */
interface Place {
  readonly offset: number;
  readonly create: () => TypedArray;
}

interface SpooledRows {
  readonly length: number;
  readonly places: ReadonlyMap<string, Place>;
}

type ArrayConstructor = new (length: number) => TypedArray;

function arrayOf(values: TypedArray | TextColumn): TypedArray {
  return "indices" in values ? values.indices : values;
}

/** Makes a function of its own that creates such an array: a closure beside the array would keep the array alive. */
function creatorOf(array: TypedArray): () => TypedArray {
  const { length } = array;
  const type = array.constructor as ArrayConstructor;
  return () => new type(length);
}

function bytesOf({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * Opens a spool in a folder.
 *
 * @throws ATC_NO_SPACE, ATC_READ_ONLY or ATC_IO, as do its methods
 */
export function tableSpool({ folder, columns, texts }: TableSpoolOptions): TableSpool {
  const failed = (error: unknown): Error =>
    fromSystemError(
      error,
      `cannot keep the rows of the table in "${folder}"`,
      "free some space there, or write the table to another disk",
    );
  const attempt = <Result>(action: () => Result): Result => {
    try {
      return action();
    } catch (error) {
      throw failed(error);
    }
  };
  const descriptor = attempt(() => namelessFile(folder));
  const batches: SpooledRows[] = [];
  let end = 0;
  let rows = 0;
  let isOpen = true;

  function write(bytes: Uint8Array): number {
    const offset = end;
    for (let done = 0; done < bytes.length; )
      done += attempt(() => writeSync(descriptor, bytes, done, bytes.length - done, offset + done));
    end += bytes.length;
    return offset;
  }

  function read({ offset, create }: Place): TypedArray {
    const array = create();
    const bytes = bytesOf(array);
    for (let done = 0; done < bytes.length; ) {
      const count = attempt(() => readSync(descriptor, bytes, done, bytes.length - done, offset + done));
      if (count === 0) throw failed(new Error("the file is shorter than what was written"));
      done += count;
    }
    return array;
  }

  /** The texts of a column, and an empty one at the end for rows without a text. */
  function textsOf(name: string): readonly string[] {
    return [...(texts[name] ?? []), ""];
  }

  return {
    append({ length, values }) {
      const places = columns.map(({ name }): [string, Place] => {
        const array = arrayOf(values[name] as TypedArray | TextColumn);
        return [name, { offset: write(bytesOf(array)), create: creatorOf(array) }];
      });
      batches.push({ length, places: new Map(places) });
      rows += length;
    },
    table() {
      const named = columns.filter(({ type }) => type === "text").map(({ name }) => [name, textsOf(name)] as const);
      const all = Object.fromEntries(named);
      return {
        length: rows,
        columns,
        texts: all,
        *blocks(names) {
          const chosen = columns.filter(({ name }) => names.includes(name));
          for (const { length, places } of batches) {
            const arrays = chosen.map(({ name, type }): [string, TypedArray | TextColumn] => {
              const array = read(places.get(name) as Place);
              if (type !== "text") return [name, array];
              const own = all[name] ?? [];
              const indices = (array as Int32Array).map((index) => (index < 0 ? own.length - 1 : index));
              return [name, { indices, values: own }];
            });
            yield { length, columns: chosen, values: Object.fromEntries(arrays) };
          }
        },
      };
    },
    [Symbol.dispose]() {
      if (!isOpen) return;
      isOpen = false;
      try {
        closeSync(descriptor);
      } catch {
        // The rows are not needed any more.
      }
    },
  };
}
