import type { DatasetWriter, OperationOptions, SeriesColumns } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { batches } from "../base/batches.ts";
import { timeAt } from "../base/iso-time.ts";
import { partBytes, partColumns } from "../base/part-columns.ts";
import type { SeriesTable } from "../files/series-table.ts";
import type { SeriesQuality } from "../quality/ingest-report.ts";
import type { QualityCheck } from "../quality/series-quality.ts";
import { createQualityCheck } from "../quality/series-quality.ts";
import type { PieceRanges } from "../series/arrangement.ts";
import type { MergedPart } from "../series/merge-part.ts";
import type { SeriesPlanned, SeriesWork } from "./plan-phase.ts";
import { inOrder } from "./task-runner.ts";

/** What the writing found. */
export interface Written {
  readonly series: readonly SeriesQuality[];
  /** The earliest time of all, in the unit of the schema's `timestamp`. */
  readonly first: bigint;
  /** The latest. */
  readonly last: bigint;
}

/** A part of a series that is to be written. */
interface PlannedPart {
  readonly series: number;
  /** Its rows; undefined where it is the whole series. */
  readonly ranges: PieceRanges | undefined;
  /** Rows that are read for it. */
  readonly rows: number;
}

/** The series that is being written. */
interface OpenSeries {
  readonly series: number;
  readonly symbol: string;
  readonly check: QualityCheck;
  readonly duplicates: { count: number; identical: number; dropped: number };
  row: number;
}

/** All parts of all series, in order. */
function partsOf(planned: readonly SeriesPlanned[], table: SeriesTable): PlannedPart[] {
  return planned.flatMap(({ parts }, series): PlannedPart[] => {
    if (parts === undefined) return [{ series, ranges: undefined, rows: table.rows(series) }];
    return parts.map((ranges) => {
      const { from, to } = ranges;
      return { series, ranges, rows: to.reduce((sum, end, p) => sum + end - from[p], 0) };
    });
  });
}

/** What the merging of a series found, the `s`th of those that were merged together. */
function mergedPart(merged: Float64Array, s: number): MergedPart & { readonly offset: number } {
  const [offset, rows, count, identical, dropped] = merged.subarray(5 * s, 5 * s + 5) as unknown as number[];
  const duplicates = { count: count, identical: identical, dropped: dropped };
  return { offset: offset, rows: rows, duplicates };
}

/** Writes the planned series one after another, each put in order by the runner and checked on the way. */
export async function writeSeries(
  writer: DatasetWriter,
  planned: readonly SeriesPlanned[],
  work: SeriesWork,
  { signal }: OperationOptions,
): Promise<Written> {
  const { runs, table, layout, policy, partRows, runner, pace } = work;
  const total = planned.reduce((sum, { rows }) => sum + rows, 0);
  const parts = partsOf(planned, table);
  const spare: ArrayBuffer[] = [];
  const book = createBook(planned, work);
  let done = 0;
  pace.milestone({ phase: "writing", done, total, unit: "rows" });
  // A series of several parts is not put together with others.
  const rowsOf = (p: number): number => {
    const { rows, ranges } = parts[p] as PlannedPart;
    return ranges === undefined ? rows : Number.POSITIVE_INFINITY;
  };
  const groups = batches(parts.length, rowsOf, partRows);
  const usualRows = Math.min(total, partRows);
  const ahead = runner.concurrency === 1 ? 1 : runner.concurrency + 1;
  const results = inOrder(groups, ahead, { signal }, ({ from, to }, ended) => {
    const own = parts.slice(from, to);
    const first = own[0] as PlannedPart;
    const rows = own.reduce((sum, part) => sum + part.rows, 0);
    const bytes = partBytes(layout, Math.max(rows, usualRows));
    // Memory goes round: what is written gives its buffer to what is put in order next.
    const fitting = spare.findIndex(({ byteLength }) => byteLength >= bytes);
    const [buffer] = fitting < 0 ? [undefined] : spare.splice(fitting, 1);
    if (fitting < 0) spare.length = 0;
    const series = table.pack(first.series, first.series + own.length);
    return runner.merge({ runs, layout, policy, series, ranges: first.ranges, bytes, buffer }, { signal: ended });
  });
  // The rows that were checked last are on their way to the disk while the next ones are checked.
  let writing: Promise<void> = Promise.resolve();
  let written: ArrayBuffer | undefined;
  const write = async (buffer: ArrayBuffer, { symbol, row }: OpenSeries, columns: SeriesColumns): Promise<void> => {
    await writing;
    if (written !== undefined && written !== buffer) spare.push(written);
    written = buffer;
    writing = writer.write(symbol, row, columns);
    // Whoever waits for it hears of its failure.
    writing.catch(() => undefined);
  };
  for await (const { item, result } of results) {
    if (result.status === "rejected") throw result.reason;
    const { buffer, merged } = result.value;
    for (let p = item.from; p < item.to; p++) {
      const part = mergedPart(merged, p - item.from);
      const open = book.part(parts[p] as PlannedPart, part);
      if (part.rows === 0) continue;
      const columns = partColumns(layout, buffer, part.offset, part.rows);
      const times = new Int32Array(buffer, part.offset, 2 * part.rows);
      open.check.push({ length: part.rows, times, columns });
      book.ends.push(timeAt(times, 0), timeAt(times, part.rows - 1));
      await write(buffer, open, columns);
      open.row += part.rows;
      done += part.rows;
      pace.progress({ phase: "writing", done, total, unit: "rows" });
      await pace.turn();
    }
  }
  await writing;
  pace.milestone({ phase: "writing", done, total, unit: "rows" });
  const series = book.close();
  const ends = book.ends.sort((a, b) => (a < b ? -1 : 1));
  return { series, first: ends[0], last: ends.at(-1) as bigint };
}

/** Keeps account of what is found in the series as their parts come. */
function createBook(
  planned: readonly SeriesPlanned[],
  { table, layout }: SeriesWork,
): {
  readonly ends: bigint[];
  part(part: PlannedPart, merged: MergedPart): OpenSeries;
  close(): readonly SeriesQuality[];
} {
  const found: SeriesQuality[] = [];
  let open: OpenSeries | undefined;
  function finish(): void {
    if (open === undefined) return;
    if (open.row !== (planned[open.series] as SeriesPlanned).rows)
      throw new AtcError(
        "ATC_CORRUPT_DATA",
        `"${open.symbol}": ${open.row} rows came back, ${planned[open.series]?.rows} were counted; the intermediate file was changed by somebody else`,
      );
    found.push(open.check.quality());
    open = undefined;
  }
  function start(series: number): OpenSeries {
    const { symbol, scale } = planned[series] as SeriesPlanned;
    const [rows, back, ties] = [table.rows(series), table.back(series), table.ties(series)];
    const duplicates = { count: 0, identical: 0, dropped: 0 };
    const { unitsPerMs } = layout;
    const facts = { symbol, kind: layout.schema.kind, unitsPerMs, rows, back, ties, duplicates, scale };
    return { series, symbol, check: createQualityCheck(facts), duplicates, row: 0 };
  }
  return {
    ends: [],
    part({ series }, { duplicates }) {
      if (open?.series !== series) {
        finish();
        open = start(series);
      }
      open.duplicates.count += duplicates.count;
      open.duplicates.identical += duplicates.identical;
      open.duplicates.dropped += duplicates.dropped;
      return open;
    },
    close() {
      finish();
      return found;
    },
  };
}
