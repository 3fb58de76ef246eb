import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AtcError, type BadRow, type ColumnMetadata, isAtcError, type SourceSummary } from "@atc/contract";
import { afterAll } from "vitest";
import { type CsvOptions, csv } from "../src/index.ts";

/** Bars of two symbols, as most files have them. */
export const twoBars = `symbol,timestamp,open,high,low,close,volume
AAA,2024-01-02T00:00:00Z,1,2,0.5,1.5,100
BBB,2024-01-03T00:00:00Z,10,20,5,15.25,200
`;

const directory = mkdtempSync(join(tmpdir(), "atc-csv-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let count = 0;
/** Writes a file into the test's own directory and returns its path. */
export function fileOf(content: string | Uint8Array, name = "bars.csv"): string {
  const path = join(mkdtempSync(join(directory, `${count++}-`)), name);
  writeFileSync(path, content);
  return path;
}

/** All that a file holds. */
export interface Read {
  readonly kind: string;
  readonly metadata: readonly ColumnMetadata[];
  readonly symbols: readonly string[];
  readonly times: readonly bigint[];
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly texts: Readonly<Record<string, readonly (string | undefined)[]>>;
  readonly badRows: readonly BadRow[];
  readonly summary: SourceSummary | undefined;
}

/** Reads a file to its end. */
export async function read(path: string, options: CsvOptions = {}): Promise<Read> {
  await using source = await csv(path, options);
  const symbols: string[] = [];
  const times: bigint[] = [];
  const numbers: Record<string, number[]> = {};
  const texts: Record<string, (string | undefined)[]> = {};
  const badRows: BadRow[] = [];
  for await (const chunk of source.chunks({ onBadRow: (row) => badRows.push(row) })) {
    for (const index of chunk.symbol.indices) symbols.push(chunk.symbol.values[index] ?? "?");
    for (const { name, type } of source.columns.slice(1)) {
      const column = chunk.columns[name] ?? [];
      if (name === "timestamp") for (const time of column) times.push(BigInt(time));
      else if (type === "text") {
        const dictionary = chunk.dictionaries?.[name] ?? [];
        texts[name] = [
          ...(texts[name] ?? []),
          ...Array.from<number | bigint, string | undefined>(column, (index) => dictionary[Number(index)]),
        ];
      } else numbers[name] = [...(numbers[name] ?? []), ...Array.from<number | bigint, number>(column, Number)];
    }
  }
  const { kind, columns: metadata } = source;
  return { kind, metadata, symbols, times, numbers, texts, badRows, summary: source.summary() };
}

/** Reads a text as a file. */
export function readText(content: string | Uint8Array, options: CsvOptions = {}): Promise<Read> {
  return read(fileOf(content), options);
}

/** The AtcError that a reading ends with. */
export async function failure(reading: Promise<unknown>): Promise<AtcError> {
  try {
    await reading;
  } catch (error) {
    if (isAtcError(error)) return error;
    throw error;
  }
  throw new Error("the reading did not fail");
}
