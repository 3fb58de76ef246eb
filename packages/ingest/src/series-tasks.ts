import type { TaskContext, Transferred } from "@atc/contract";
import { transferred } from "@atc/contract";
import { createArranger } from "./arrangement.ts";
import type { MergedPart, PartInput } from "./merge-part.ts";
import { createPartMerger } from "./merge-part.ts";
import { partBytes } from "./part-columns.ts";
import type { Runs } from "./piece-reader.ts";
import { pieceReader } from "./piece-reader.ts";
import type { PlannedSeries, PlanSettings } from "./plan-series.ts";
import { planSeries } from "./plan-series.ts";
import type { SeriesEntry } from "./series-table.ts";
import { releaseArena } from "./slice-task.ts";

/** Some neighbouring series to plan. */
export interface PlanTaskInput extends PlanSettings {
  readonly runs: Runs;
  readonly series: readonly Omit<SeriesEntry, "symbol">[];
}

/** Some parts of neighbouring series, or of one, to put in order. */
export interface MergeTaskInput extends Pick<PlanSettings, "layout" | "policy"> {
  readonly runs: Runs;
  readonly parts: readonly PartInput[];
  /** Memory for the columns, used where it is large enough. */
  readonly buffer: ArrayBuffer | undefined;
}

/** Parts in order. */
export interface MergeTaskOutput {
  readonly parts: readonly MergedPart[];
  /** Their columns. */
  readonly buffer: ArrayBuffer;
}

/** The working memory of this thread. */
const tools = { arrange: createArranger(), merge: createPartMerger() };

/** Plans series. */
export function planBatch(input: PlanTaskInput, context: TaskContext): readonly PlannedSeries[] {
  releaseArena();
  using reader = pieceReader(input.runs);
  reader.fetch(
    input.series.map(({ pieces }) => pieces),
    input.layout.rowBytes,
  );
  return input.series.map((entry) => {
    context.throwIfCancelled();
    return planSeries(reader, entry, tools.arrange, input);
  });
}

/** Bytes that the columns of parts take at most. */
export function mergeBytes({ parts, layout }: Pick<MergeTaskInput, "parts" | "layout">): number {
  let rows = 0;
  for (const { ranges } of parts)
    for (let p = 0; p < ranges.from.length; p++) rows += (ranges.to[p] as number) - (ranges.from[p] as number);
  return partBytes(layout, rows);
}

/** Puts parts in order. */
export function mergeBatch(input: MergeTaskInput, context: TaskContext): Transferred<MergeTaskOutput> {
  const { layout, policy } = input;
  const bytes = mergeBytes(input);
  const given = input.buffer;
  const buffer = given !== undefined && given.byteLength >= bytes ? given : new ArrayBuffer(bytes);
  using reader = pieceReader(input.runs);
  if (input.parts.length > 1)
    reader.fetch(
      input.parts.map(({ pieces }) => pieces),
      layout.rowBytes,
    );
  let offset = 0;
  const parts = input.parts.map((part) => {
    context.throwIfCancelled();
    const merged = tools.merge({ reader, arrange: tools.arrange, layout, policy }, part, buffer, offset);
    offset += partBytes(layout, merged.rows);
    return merged;
  });
  return transferred({ parts, buffer }, [buffer]);
}
