import type { Block, Series, SeriesColumns } from "@atc/contract";
import { barCalendar } from "./bar-calendar.ts";
import { type BarColumn, barColumns } from "./bar-columns.ts";
import { type BarRun, rowTally } from "./bar-run.ts";
import { barSink } from "./bar-sink.ts";
import { checkMidnights } from "./date-check.ts";
import { checkColumns, type ResampleOptions, type ResolvedResample, resolveResample } from "./resample-options.ts";
import { type RowBlock, rowBlockReader } from "./row-block.ts";
import { surveySource } from "./source-survey.ts";
import { thresholdBars } from "./threshold-bars.ts";
import { timeBars } from "./time-bars.ts";

/** A block of bars. */
export interface BarBlock {
  /** Number of bars, 1 or more. */
  readonly length: number;
  /** `timestamp` in ms, the others float64, each of `length` elements; valid until the next step. */
  readonly columns: SeriesColumns;
}

/** The columns that bars read: their sources, or only those of the rule if bars are just counted. */
export function inputColumns(columns: readonly BarColumn[], { rule }: ResolvedResample, counts: boolean): string[] {
  const ending = rule.by === "dollars" ? ["close", "volume"] : rule.by === "volume" ? ["volume"] : [];
  const made = columns.flatMap(({ from }) => (from === undefined ? [] : [from]));
  return [...new Set(counts ? ending : [...ending, ...made])];
}

function* rowBlocks(blocks: Iterable<Block>, read: (block: Block) => RowBlock): Generator<RowBlock, void> {
  for (const block of blocks) yield read(block);
}

/** Adds the rows of a series to the bars of a sink. Yields when the sink is full, and after each block. */
export function fillBars(series: Series, run: BarRun): Generator<void, void> {
  const { kind, inputs, options } = run;
  // A row at the end of its bar belongs to it: the interval that ends with it, not the one that starts there.
  const reader = rowBlockReader(kind, inputs, options.stamps === "end" ? 1 : 0);
  const blocks = rowBlocks(series.blocks({ columns: ["timestamp", ...inputs] }), reader);
  const { rule } = options;
  if (rule.by === "time") return timeBars(blocks, barCalendar(rule, options), run);
  return thresholdBars(blocks, { ...rule, by: rule.by }, run);
}

/** The most bars per block. */
const blockBars = 16_384;

/**
 * Resamples a series block by block, in constant memory.
 *
 * A bar has open, high, low and close of its rows (of `close` alone if they have no other price, as in ticks), the sum
 * of `volume`, further columns by `aggregate`, and `count`, the number of rows. Rows of the same time keep their order.
 * NaN does not count.
 *
 * Unlike `resample` it does not check whether bars are a multiple of the rows.
 *
 * @throws ATC_INVALID_ARGUMENT for an option, or if times may be calendar dates that the zone would move;
 * ATC_INVALID_DATA if the rows lack a column that the rule requires
 */
export function* resampleSeries(series: Series, options: ResampleOptions): Generator<BarBlock, void> {
  const kind = series.columns[0]?.type === "timestamp[ns]" ? "ticks" : "bars";
  const resolved = resolveResample(options, { kind, timeIs: "instant", stamps: "start" });
  checkColumns(resolved, series);
  checkMidnights("the series", surveySource([series]), resolved, options);
  const columns = barColumns({ kind, columns: series.columns }, resolved);
  const inputs = inputColumns(columns, resolved, false);
  const sink = barSink(columns, inputs, blockBars);
  const run: BarRun = { kind, inputs, options: resolved, rowMs: Number.NaN, sink, tally: rowTally() };
  const bars = fillBars(series, run);
  for (let ended = false; !ended; ) {
    ended = bars.next().done === true;
    if (sink.length() === 0 || !(ended || sink.isFull())) continue;
    yield { length: sink.length(), columns: sink.columns() };
    sink.clear();
  }
}
