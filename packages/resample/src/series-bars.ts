import type { Block, DatasetSchema, Series, SeriesColumns } from "@atc/contract";
import { barCalendar } from "./bar-calendar.ts";
import { type BarColumn, barColumns } from "./bar-columns.ts";
import { type BarSink, barSink } from "./bar-sink.ts";
import { checkColumns, type ResampleOptions, type ResolvedResample, resolveResample } from "./resample-options.ts";
import { type RowBlock, rowBlockReader } from "./row-block.ts";
import { thresholdBars } from "./threshold-bars.ts";
import { type RowTally, timeBars } from "./time-bars.ts";

/** Bars of one block. */
export interface BarBlock {
  /** Bars, 1 or more. */
  readonly length: number;
  /** `timestamp` in ms, the rest float64, each `length` long; valid until the next step. */
  readonly columns: SeriesColumns;
}

/** The columns of the rows that bars need: those that they are made of, or where they are only counted, those that end a bar. */
export function inputColumns(columns: readonly BarColumn[], { rule }: ResolvedResample, counts: boolean): string[] {
  const ending = rule.by === "dollars" ? ["close", "volume"] : rule.by === "volume" ? ["volume"] : [];
  const made = columns.flatMap(({ from }) => (from === undefined ? [] : [from]));
  return [...new Set(counts ? ending : [...ending, ...made])];
}

function* rowBlocks(blocks: Iterable<Block>, read: (block: Block) => RowBlock): Generator<RowBlock, void> {
  for (const block of blocks) yield read(block);
}

/** Puts the rows of a series into the bars of a sink. Yields where the sink is full, and after each block. */
export function fillBars(
  series: Series,
  { kind }: Pick<DatasetSchema, "kind">,
  inputs: readonly string[],
  options: ResolvedResample,
  sink: BarSink,
  tally: RowTally,
): Generator<void, void> {
  const blocks = rowBlocks(series.blocks({ columns: ["timestamp", ...inputs] }), rowBlockReader(kind, inputs));
  const { rule } = options;
  if (rule.by === "time") return timeBars(blocks, kind, barCalendar(rule, options), options, sink, tally);
  return thresholdBars(blocks, { ...rule, by: rule.by }, inputs, options, sink, tally);
}

/** Bars of a block at most. */
const blockBars = 16_384;

/**
 * The bars of a series, block by block, in memory that does not grow with it: open, high, low and close of the rows' prices (of `close` alone, where the rows
 * have no other, as ticks do), the sum of `volume`, further columns by `aggregate`, and `count`, the number of rows. Rows of one time are taken in their order. A
 * price that is NaN does not count.
 *
 * @throws ATC_INVALID_ARGUMENT for an option, ATC_INVALID_DATA where the rows lack a column that the rule needs
 */
export function* resampleSeries(series: Series, options: ResampleOptions): Generator<BarBlock, void> {
  const resolved = resolveResample(options);
  checkColumns(resolved, series);
  const kind = series.columns[0]?.type === "timestamp[ns]" ? "ticks" : "bars";
  const columns = barColumns({ kind, columns: series.columns }, resolved);
  const inputs = inputColumns(columns, resolved, false);
  const sink = barSink(columns, inputs, blockBars);
  const bars = fillBars(series, { kind }, inputs, resolved, sink, { outside: 0, unfinished: 0 });
  for (let ended = false; !ended; ) {
    ended = bars.next().done === true;
    if (sink.length() === 0 || !(ended || sink.isFull())) continue;
    yield { length: sink.length(), columns: sink.columns() };
    sink.clear();
  }
}
