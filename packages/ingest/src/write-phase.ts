import type { DatasetWriter, OperationOptions } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { SeriesQuality } from "./ingest-report.ts";
import { timeAt } from "./iso-time.ts";
import type { MergedPart } from "./merge-part.ts";
import { partColumns } from "./part-columns.ts";
import { batches, type SeriesWork, withoutSymbol } from "./plan-phase.ts";
import type { PlannedSeries } from "./plan-series.ts";
import type { QualityCheck } from "./series-quality.ts";
import { createQualityCheck } from "./series-quality.ts";
import { mergeBytes } from "./series-tasks.ts";
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
  readonly part: number;
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
function partsOf(planned: readonly PlannedSeries[]): PlannedPart[] {
  return planned.flatMap(({ parts }, series) =>
    parts.map(({ from, to }, part) => ({
      series,
      part,
      rows: to.reduce((sum, end, p) => sum + end - (from[p] as number), 0),
    })),
  );
}

/** Writes the planned series one after another, each put in order by the runner and checked on the way. */
export async function writeSeries(
  writer: DatasetWriter,
  planned: readonly PlannedSeries[],
  work: SeriesWork,
  { signal }: OperationOptions,
): Promise<Written> {
  const { runs, table, layout, policy, partRows, runner, pace } = work;
  const total = planned.reduce((sum, { rows }) => sum + rows, 0);
  const parts = partsOf(planned);
  const spare: ArrayBuffer[] = [];
  const book = createBook(planned, work);
  let done = 0;
  pace.milestone({ phase: "writing", done, total, unit: "rows" });
  const groups = batches(parts.length, (p) => (parts[p] as PlannedPart).rows, partRows);
  const ahead = runner.concurrency === 1 ? 1 : runner.concurrency + 1;
  const results = inOrder(groups, ahead, { signal }, ({ from, to }, ended) => {
    const inputs = parts.slice(from, to).map(({ series, part }) => ({
      ...withoutSymbol(table.entry(series)),
      ranges: (planned[series] as PlannedSeries).parts[part] as PlannedSeries["parts"][number],
    }));
    // Memory goes round: what is written gives its buffer to what is put in order next.
    const needed = mergeBytes({ parts: inputs, layout });
    const fitting = spare.findIndex(({ byteLength }) => byteLength >= needed);
    const [buffer] = fitting < 0 ? [spare.length > 0 ? undefined : new ArrayBuffer(needed)] : spare.splice(fitting, 1);
    return runner.merge({ runs, layout, policy, parts: inputs, buffer }, { signal: ended });
  });
  for await (const { item, result } of results) {
    if (result.status === "rejected") throw result.reason;
    const { buffer } = result.value;
    for (const [i, merged] of result.value.parts.entries()) {
      const open = book.part(parts[item.from + i] as PlannedPart, merged);
      if (merged.rows === 0) continue;
      const columns = partColumns(layout, buffer, merged.offset, merged.rows);
      const times = new Int32Array(buffer, merged.offset, 2 * merged.rows);
      open.check.push({ length: merged.rows, times, columns });
      book.ends.push(timeAt(times, 0), timeAt(times, merged.rows - 1));
      await writer.write(open.symbol, open.row, columns);
      open.row += merged.rows;
      done += merged.rows;
      pace.progress({ phase: "writing", done, total, unit: "rows" });
      await pace.turn();
    }
    spare.push(buffer);
  }
  pace.milestone({ phase: "writing", done, total, unit: "rows" });
  const series = book.close();
  const ends = book.ends.sort((a, b) => (a < b ? -1 : 1));
  return { series, first: ends[0] as bigint, last: ends.at(-1) as bigint };
}

/** Keeps account of what is found in the series as their parts come. */
function createBook(
  planned: readonly PlannedSeries[],
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
    if (open.row !== (planned[open.series] as PlannedSeries).rows)
      throw new AtcError(
        "ATC_CORRUPT_DATA",
        `"${open.symbol}": ${open.row} rows came back, ${planned[open.series]?.rows} were counted; the intermediate file was changed by somebody else`,
      );
    found.push(open.check.quality());
    open = undefined;
  }
  function start(series: number): OpenSeries {
    const { symbol, rows, back, ties } = table.entry(series);
    const { scale } = planned[series] as PlannedSeries;
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
