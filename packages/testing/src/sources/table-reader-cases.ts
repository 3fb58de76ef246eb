import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAtcError, type TableReader } from "@atc/contract";
import type { ConformanceCase } from "../base/conformance-case.ts";

/** A table to write. */
export interface WrittenTable {
  /** Columns of numbers by name. */
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  /** Columns of texts by name. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
  /** The metadata of the file. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Access of the suite to the files. */
export interface TableReaderHolds {
  /** Writes a file by other means than the reader's own; its columns may have others beside them. */
  write(path: string, table: WrittenTable): Promise<void>;
}

const rows = 5000;
const hard = [0.1 + 0.2, 5e-324, Number.MAX_VALUE, -0, Number.NaN, Number.POSITIVE_INFINITY];

const sample: WrittenTable = {
  numbers: { value: Array.from({ length: rows }, (_, i) => hard[i % hard.length] ?? i), "a b": Array(rows).fill(7) },
  texts: {
    word: Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? "" : `wörd, "${i % 300}" ${"x".repeat(i % 20)}`)),
  },
  metadata: { atc: '{"it\'s": "ünï"}', other: "x" },
};

async function inFolder(use: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "atc-table-"));
  try {
    // A name with the characters of a pattern.
    await use(join(folder, "ta[b]le*.file"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** All values of the named columns. */
async function read(reader: TableReader, path: string, names: readonly string[]): Promise<Record<string, unknown[]>> {
  await using table = await reader.open(path);
  const once = async (): Promise<Record<string, unknown[]>> => {
    const found: Record<string, unknown[]> = Object.fromEntries(names.map((name) => [name, []]));
    for await (const { length, values } of table.batches())
      for (const name of names) {
        const column = values[name];
        if (column === undefined) throw new TypeError(`the column ${name} is missing`);
        for (let i = 0; i < length; i++)
          found[name]?.push("indices" in column ? column.values[column.indices[i] ?? -1] : column[i]);
      }
    return found;
  };
  const first = await once();
  deepEqual(await once(), first);
  return first;
}

/**
 * The laws of a table reader: every bit of a double, texts, metadata and the order of rows survive, and failures are
 * AtcErrors.
 */
export function tableReaderCases(create: () => TableReader, holds: TableReaderHolds): readonly ConformanceCase[] {
  return [
    {
      name: "reads numbers, texts and metadata in the order of the file, any number of times",
      run: () =>
        inFolder(async (path) => {
          await holds.write(path, sample);
          const { numbers, texts, metadata } = sample;
          deepEqual(await read(create(), path, ["value", "a b", "word"]), { ...numbers, ...texts });
          await using table = await create().open(path);
          const types = new Map(table.columns.map(({ name, type }) => [name, type]));
          deepEqual([types.get("value"), types.get("a b"), types.get("word")], ["float64", "float64", "text"]);
          for (const [key, value] of Object.entries(metadata)) equal(table.metadata[key], value);
        }),
    },
    {
      name: "reads batches that a caller leaves early",
      run: () =>
        inFolder(async (path) => {
          await holds.write(path, sample);
          await using table = await create().open(path);
          for await (const { length } of table.batches()) {
            ok(length > 0);
            break;
          }
          for await (const { length } of table.batches()) ok(length > 0);
        }),
    },
    {
      name: "refuses a file that is absent or damaged, with an AtcError",
      run: () =>
        inFolder(async (path) => {
          const isOurs = (code: string) => (error: unknown) => isAtcError(error) && error.code === code;
          await rejects(read(create(), path, []), isOurs("ATC_NOT_FOUND"));
          await holds.write(path, sample);
          const bytes = await readFile(path);
          await writeFile(path, bytes.subarray(0, Math.floor(bytes.length / 2)));
          await rejects(read(create(), path, []), isOurs("ATC_CORRUPT_DATA"));
        }),
    },
  ];
}
