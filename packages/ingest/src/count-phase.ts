import type { OperationOptions, SlicedSource, SliceCounts } from "@atc/contract";
import type { Pace } from "./pace.ts";
import type { RowLayout } from "./row-layout.ts";
import type { TaskRunner } from "./task-runner.ts";
import { inOrder } from "./task-runner.ts";

/** Rows that a slice has of a symbol on average, at least: for fewer, a write for each of their columns takes longer than writing all rows twice. */
const fewestRows = 256;

/** How slices are counted. */
export interface Counting {
  readonly sliced: SlicedSource;
  /** Where slices start. */
  readonly starts: readonly number[];
  readonly layout: RowLayout;
  readonly runner: TaskRunner;
  readonly pace: Pace;
}

/**
 * Counts the rows of all slices by symbol, so that each can be put in its place as soon as it is read. Undefined where the source cannot count,
 * where only reading tells the rows, or where slices have so few rows of a symbol that it would not pay.
 */
export async function countSlices(
  { sliced, starts, layout, runner, pace }: Counting,
  { signal }: OperationOptions,
): Promise<readonly SliceCounts[] | undefined> {
  // Places are found in units of 8 bytes.
  if (layout.columns.some(({ dtype }) => dtype !== "float64")) return undefined;
  const from = starts[0] as number;
  const total = sliced.end - from;
  const counts: SliceCounts[] = [];
  const ahead = runner.concurrency === 1 ? 1 : 2 * runner.concurrency;
  const slices = inOrder(starts.keys(), ahead, { signal }, (slice, ended) => {
    const [start, end] = [starts[slice] as number, starts[slice + 1] ?? sliced.end];
    const { module, input: source } = sliced;
    return runner.countSlice({ module, source, start, end, line: sliced.line }, { signal: ended });
  });
  for await (const { item: slice, result } of slices) {
    if (result.status === "rejected") throw result.reason;
    const found = result.value;
    const end = starts[slice + 1] ?? sliced.end;
    if (found === undefined || found.position !== end || !pays(found)) return undefined;
    counts.push(found);
    pace.progress({ phase: "counting", done: end - from, total, unit: "bytes" });
  }
  return counts;
}

function pays({ symbols, rows }: SliceCounts): boolean {
  return rows.reduce((sum, own) => sum + own, 0) >= fewestRows * symbols.length;
}
