import type { ColumnChunk, SourceSummary } from "@atc/contract";
import type { SourceReading } from "@atc/plugin-kit";
import type { CsvInput } from "../files/csv-input.ts";
import { hashFunctions, hexOf } from "../files/hash.ts";
import type { CsvLayout } from "../layout/csv-layout.ts";
import type { CsvOptions } from "../layout/csv-options.ts";
import { parsedRows, rowsReading } from "./parsed-rows.ts";

/** Bytes between two progress reports: tens of reports per second at full speed. */
const progressStep: number = 8 * 1024 * 1024;

/** A file whose layout is known. */
export interface OpenedFile {
  /** The file's name in messages. */
  readonly path: string;
  readonly input: CsvInput;
  readonly layout: CsvLayout;
  /** What to do with bad rows. */
  readonly badRows: NonNullable<CsvOptions["badRows"]>;
}

/** Reads a file's rows in chunks, whose arrays are reused for the next chunk. */
export async function* chunksOf(
  file: OpenedFile,
  { check, report, onBadRow }: SourceReading,
): AsyncGenerator<ColumnChunk, SourceSummary, undefined> {
  const hash = (await hashFunctions()).create64();
  await using opened = await file.input.open();
  await opened.checkUnchanged();
  await using bytes = opened.bytes(hash);
  const { path, badRows: policy, layout } = file;
  const reading = rowsReading({ path, layout, policy, line: layout.line, onBadRow });
  const { parser, shaped, badRows } = reading;
  let rows = 0;
  let nextReport = progressStep;
  const reportTaken = (): void => {
    nextReport = bytes.taken() + progressStep;
    report({ done: bytes.taken(), total: file.input.size, unit: "bytes", rows: rows + parser.length() });
  };
  const onBlock = (): void => {
    check();
    if (bytes.taken() >= nextReport) reportTaken();
  };
  const range = { start: layout.start, stop: Number.POSITIVE_INFINITY, onBlock };
  try {
    for await (const length of parsedRows(reading, bytes, range)) {
      const chunk = shaped.chunk(length, rows);
      if (chunk !== undefined) yield chunk;
      rows += chunk?.length ?? 0;
      parser.clear();
    }
  } finally {
    reading.memory.release();
  }
  await opened.checkUnchanged();
  reportTaken();
  const notes = reading.notes();
  const summary = { rows, badRows: badRows.count(), bytes: bytes.taken(), hash: hexOf(hash.digest()) };
  return notes.length === 0 ? summary : { ...summary, notes };
}
