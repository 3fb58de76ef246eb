import type { ColumnChunk, SourceSummary } from "@atc/contract";
import type { SourceReading } from "@atc/plugin-kit";
import { hashFunctions, hexOf } from "../files/hash.ts";
import type { Medium } from "../files/medium.ts";
import type { CsvOptions } from "../layout/csv-options.ts";
import type { FileLayout } from "../layout/layout.ts";
import { parsedRows, rowsReading } from "./parsed-rows.ts";

/** Bytes between two reports of progress: some tens of reports a second at full speed. */
const progressStep: number = 8 * 1024 * 1024;

/** A file that is ready to be read. */
export interface OpenedFile {
  /** Its path. */
  readonly path: string;
  /** Where its bytes come from. */
  readonly medium: Medium;
  /** How to read its rows. */
  readonly layout: FileLayout;
  /** What a bad row means. */
  readonly badRows: NonNullable<CsvOptions["badRows"]>;
}

/** Goes through a file's rows in chunks. */
export async function* chunksOf(
  file: OpenedFile,
  { check, report, onBadRow }: SourceReading,
): AsyncGenerator<ColumnChunk, SourceSummary, undefined> {
  const hash = (await hashFunctions()).create64();
  await using medium = await file.medium.open();
  await medium.checkUnchanged();
  await using input = medium.input(hash);
  const { path, badRows: policy, layout } = file;
  const reading = rowsReading({ path, layout, policy, line: layout.line, onBadRow });
  const { parser, buffers, badRows } = reading;
  let rows = 0;
  let nextReport = progressStep;
  const reportTaken = (): void => {
    nextReport = input.taken() + progressStep;
    report({ done: input.taken(), total: file.medium.size, unit: "bytes", rows: rows + parser.length() });
  };
  const onTurn = (): void => {
    check();
    if (input.taken() >= nextReport) reportTaken();
  };
  const range = { start: layout.start, stop: Number.POSITIVE_INFINITY, onTurn };
  try {
    for await (const length of parsedRows(reading, input, range)) {
      yield buffers.chunk(length, rows);
      rows += length;
      parser.clear();
    }
  } finally {
    reading.memory.release();
  }
  await medium.checkUnchanged();
  reportTaken();
  return { rows, badRows: badRows.count(), bytes: input.taken(), hash: hexOf(hash.digest()) };
}
