import type { DatasetWriter, OperationOptions, SeriesColumns } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { batches } from "../base/batches.ts";
import { columnBytes, columnViews } from "../base/column-views.ts";
import { timeAt } from "../base/iso-time.ts";
import type { SeriesTable } from "../files/series-table.ts";
import { timesOfDay } from "../order/times-of-day.ts";
import { type BookedSeries, createGapBook } from "../quality/gap-book.ts";
import type { SeriesQuality } from "../quality/ingest-report.ts";
import type { QualityCheck } from "../quality/series-quality.ts";
import { createQualityCheck } from "../quality/series-quality.ts";
import type { MergedPart } from "../series/merge-part.ts";
import { unpackMerged } from "../series/merged-series.ts";
import type { SeriesPart } from "../series/series-parts.ts";
import type { SeriesPlan, SeriesWork } from "./plan-phase.ts";
import { inOrder } from "./task-runner.ts";

/** All rows, in the files of the dataset. */
export interface StoredRows {
  readonly series: readonly SeriesQuality[];
  /** The earliest time of all series, in the unit of the schema's `timestamp`. */
  readonly firstTime: bigint;
  /** The latest time. */
  readonly lastTime: bigint;
  /** Times that are not a UTC midnight, counted only if the source says that they are dates. */
  readonly timesOfDay: number;
}

/** Rows to write. */
interface PlannedPart {
  /** The number of the series. */
  readonly series: number;
  /** Undefined for the whole series. */
  readonly part: SeriesPart | undefined;
  /** Rows to read. */
  readonly rows: number;
}

/** The series that is being written. */
interface OpenSeries {
  readonly series: number;
  readonly symbol: string;
  readonly check: QualityCheck;
  readonly duplicates: { count: number; identical: number; dropped: number };
  /** The next row. */
  row: number;
}

/** All parts of all series, in order. */
function partsOf(plans: readonly SeriesPlan[], table: SeriesTable): PlannedPart[] {
  return plans.flatMap(({ parts }, series): PlannedPart[] => {
    if (parts === undefined) return [{ series, part: undefined, rows: table.rows(series) }];
    return parts.map((part) => {
      const { from, to } = part;
      return { series, part, rows: to.reduce((sum, end, p) => sum + end - from[p], 0) };
    });
  });
}

/** Writes the planned series in order. Tasks merge them; each row is checked on its way to the disk. */
export async function writeSeries(
  writer: DatasetWriter,
  plans: readonly SeriesPlan[],
  work: SeriesWork,
  { signal }: OperationOptions,
): Promise<StoredRows> {
  const { runs, table, layout, policy, partRows, runner, pacer } = work;
  const total = plans.reduce((sum, { rows }) => sum + rows, 0);
  const parts = partsOf(plans, table);
  const spare: ArrayBuffer[] = [];
  const log = createQualityLog(plans, work);
  const ends: bigint[] = [];
  let done = 0;
  let offMidnight = 0;
  pacer.report({ phase: "writing", done, total, unit: "rows" });
  // A part of a longer series is a batch of its own.
  const rowsOf = (p: number): number => (parts[p].part === undefined ? parts[p].rows : Number.POSITIVE_INFINITY);
  const groups = batches(parts.length, rowsOf, partRows);
  const usualRows = Math.min(total, partRows);
  const lookahead = runner.concurrency === 1 ? 1 : runner.concurrency + 1;
  const results = inOrder(groups, lookahead, { signal }, ({ from, to }, ended) => {
    const own = parts.slice(from, to);
    const [first] = own;
    const rows = own.reduce((sum, part) => sum + part.rows, 0);
    const bytes = columnBytes(layout, Math.max(rows, usualRows));
    // Buffers circulate: the buffer of rows that are written serves the next merge.
    const fitting = spare.findIndex(({ byteLength }) => byteLength >= bytes);
    const [buffer] = fitting < 0 ? [undefined] : spare.splice(fitting, 1);
    if (fitting < 0) spare.length = 0;
    const series = table.pack(first.series, first.series + own.length);
    return runner.merge({ runs, layout, policy, series, part: first.part, bytes, buffer }, { signal: ended });
  });
  // While rows are checked, the rows before them are on their way to the disk.
  let writing: Promise<void> = Promise.resolve();
  let lastBuffer: ArrayBuffer | undefined;
  const write = async (buffer: ArrayBuffer, { symbol, row }: OpenSeries, columns: SeriesColumns): Promise<void> => {
    await writing;
    if (lastBuffer !== undefined && lastBuffer !== buffer) spare.push(lastBuffer);
    lastBuffer = buffer;
    writing = writer.write(symbol, row, columns);
    // The awaiting caller sees the rejection.
    writing.catch(() => undefined);
  };
  for await (const { item, result } of results) {
    if (result.status === "rejected") throw result.reason;
    const { buffer, merged } = result.value;
    for (let p = item.from; p < item.to; p++) {
      const { offset, rows, duplicates } = unpackMerged(merged, p - item.from);
      const open = log.open(parts[p].series, duplicates);
      if (rows === 0) continue;
      const columns = columnViews(layout, buffer, offset, rows);
      const times = new Int32Array(buffer, offset, 2 * rows);
      open.check.push({ length: rows, times, columns });
      offMidnight += timesOfDay(layout, times, rows);
      ends.push(timeAt(times, 0), timeAt(times, rows - 1));
      await write(buffer, open, columns);
      open.row += rows;
      done += rows;
      pacer.report({ phase: "writing", done, total, unit: "rows" });
      await pacer.pause();
    }
  }
  await writing;
  pacer.report({ phase: "writing", done, total, unit: "rows" });
  const series = log.close();
  ends.sort((a, b) => (a < b ? -1 : 1));
  return { series, firstTime: ends[0], lastTime: ends[ends.length - 1], timesOfDay: offMidnight };
}

/** Collects the quality of series, one series at a time. */
interface QualityLog {
  /** The series that a part belongs to; closes the one before if it is another one. */
  open(series: number, duplicates: MergedPart["duplicates"]): OpenSeries;
  /** The quality of all series. */
  close(): readonly SeriesQuality[];
}

function createQualityLog(plans: readonly SeriesPlan[], { table, layout }: SeriesWork): QualityLog {
  const book = createGapBook();
  const found: BookedSeries[] = [];
  let current: OpenSeries | undefined;
  function finish(): void {
    if (current === undefined) return;
    const planned = plans[current.series].rows;
    if (current.row !== planned)
      throw new AtcError(
        "ATC_CORRUPT_DATA",
        `symbol "${current.symbol}": ${planned} rows were counted, but ${current.row} were read back; ` +
          "something else changed the intermediate file; run the ingest again",
      );
    found.push(book.add(current.check.finish()));
    current = undefined;
  }
  function start(series: number): OpenSeries {
    const { symbol, scale } = plans[series];
    const [rows, unsorted, equalTimes] = [table.rows(series), table.unsorted(series), table.equalTimes(series)];
    const duplicates = { count: 0, identical: 0, dropped: 0 };
    const { unitsPerMs } = layout;
    const facts = { symbol, kind: layout.schema.kind, unitsPerMs, rows, unsorted, equalTimes, duplicates, scale };
    return { series, symbol, check: createQualityCheck(facts), duplicates, row: 0 };
  }
  return {
    open(series, { count, identical, dropped }) {
      if (current?.series !== series) {
        finish();
        current = start(series);
      }
      current.duplicates.count += count;
      current.duplicates.identical += identical;
      current.duplicates.dropped += dropped;
      return current;
    },
    close() {
      finish();
      return book.qualities(found);
    },
  };
}
