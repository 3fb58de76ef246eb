import type { Dataset, OperationOptions, ReadonlyTypedArray, Series } from "@atc/contract";
import { createPacer, type Pacer } from "@atc/plugin-kit";
import { isoTime } from "../base/iso-time.ts";
import { createEqualTimeCounter } from "./equal-time-counter.ts";
import { type BookedSeries, createGapBook } from "./gap-book.ts";
import type { DuplicateCounts, IngestReport } from "./ingest-report.ts";
import { qualityTotals } from "./quality-totals.ts";
import { type CheckedSeries, createQualityCheck } from "./series-quality.ts";
import { scaleMeter } from "./series-scale.ts";

/** Counts rows with the time of the row before them. The memory of a block is copied to that of the counter. */
function duplicateCounter(width: number): {
  push(times: ReadonlyTypedArray, columns: readonly ReadonlyTypedArray<number | bigint>[]): void;
  counts: { -readonly [Name in keyof DuplicateCounts]: number };
} {
  const counts = { count: 0, identical: 0, dropped: 0 };
  const counter = createEqualTimeCounter(width, counts);
  let buffer = new ArrayBuffer(0);
  return {
    counts,
    push(times, columns) {
      const rows = times.length / 2;
      if (buffer.byteLength < 8 * width * rows) buffer = new ArrayBuffer(8 * width * rows);
      new Int32Array(buffer, 0, 2 * rows).set(times);
      for (const [c, column] of columns.entries()) {
        const at = 8 * rows * (c + 1);
        if (column instanceof BigInt64Array) new BigInt64Array(buffer, at, rows).set(column);
        else new Float64Array(buffer, at, rows).set(column as ReadonlyTypedArray<number>);
      }
      counter.push(buffer, rows);
    },
  };
}

async function seriesReport(series: Series, dataset: Dataset, pacer: Pacer): Promise<CheckedSeries> {
  const { kind, columns } = dataset.manifest.schema;
  const names = columns.map(({ name }) => name);
  const meter = scaleMeter(series.length);
  const priced = names.includes("close") ? ["close"] : [];
  for (const block of series.blocks({ columns: ["timestamp", ...priced] })) {
    const close = priced.length > 0 ? block.values("close") : undefined;
    meter.push({ times: block.timeWords(), close, order: undefined, kept: block.length });
    await pacer.pause();
  }
  const duplicates = duplicateCounter(names.length);
  const check = createQualityCheck({
    symbol: series.symbol,
    kind,
    unitsPerMs: kind === "ticks" ? 1_000_000 : 1,
    rows: series.length,
    unsorted: 0,
    equalTimes: 0,
    duplicates: duplicates.counts,
    scale: meter.scale(),
  });
  for (const block of series.blocks({ columns: names })) {
    const times = block.timeWords();
    const values = names.slice(1).map((name) => [name, block.values(name)] as const);
    check.push({ length: block.length, times, columns: Object.fromEntries(values) });
    duplicates.push(
      times,
      values.map(([, column]) => column),
    );
    await pacer.pause();
  }
  return check.finish();
}

/**
 * What an ingest would report about the rows of a dataset: for datasets that were appended to, or made by other means.
 * Reads all rows, in memory that does not grow with them. What only a source shows is missing: bad rows, the order of
 * rows, dropped rows.
 *
 * @throws ATC_ABORTED; what the dataset throws
 */
export async function datasetReport(dataset: Dataset, options: OperationOptions = {}): Promise<IngestReport> {
  const { rows, schema, series: entries } = dataset.manifest;
  const pacer = createPacer(options);
  const unitsPerMs = schema.kind === "ticks" ? 1_000_000 : 1;
  const book = createGapBook();
  const booked: BookedSeries[] = [];
  let done = 0;
  for (const { symbol, rows: own } of entries) {
    booked.push(book.add(await seriesReport(dataset.series(symbol), dataset, pacer)));
    done += own;
    pacer.report({ phase: "checking", done, total: rows, unit: "rows" });
  }
  pacer.flush();
  const series = book.qualities(booked);
  const times = entries.flatMap(({ firstTime, lastTime }) => [firstTime, lastTime]).sort((a, b) => (a < b ? -1 : 1));
  return {
    kind: schema.kind,
    rowsRead: rows,
    rowsKept: rows,
    columns: schema.columns.map(({ name }) => name),
    droppedColumns: [],
    duplicates: "keep-all",
    badRows: { count: 0, reasons: {}, first: [] },
    firstTime: isoTime(times[0] ?? 0n, unitsPerMs),
    lastTime: isoTime(times.at(-1) ?? 0n, unitsPerMs),
    totals: qualityTotals(series),
    series,
  };
}
