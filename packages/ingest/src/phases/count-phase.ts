import type { OperationOptions } from "@atc/contract";
import type { Pace } from "../base/pace.ts";
import type { SliceCut } from "./slice-cut.ts";
import type { TaskRunner } from "./task-runner.ts";
import { inOrder } from "./task-runner.ts";

/** How slices are counted. */
export interface Counting {
  readonly cut: SliceCut;
  /** Where slices start. */
  readonly starts: readonly number[];
  /** Rows that a slice may have. */
  readonly mostRows: number;
  readonly runner: TaskRunner;
  readonly pace: Pace;
}

/** The rows of all slices by symbol. */
export interface SourceCounts {
  /** The symbols that have rows, in the order they are met. */
  readonly symbols: readonly string[];
  /** Per slice: its symbols, as indices into `symbols`, and the rows of each. */
  readonly slices: readonly { readonly symbols: Int32Array; readonly rows: Uint32Array }[];
}

/**
 * Counts the rows of all slices by symbol, so that each can be put in its place as soon as it is read. Undefined where that is not worth it,
 * only reading can tell, or a slice has more rows than it may.
 */
export async function countSlices(
  { cut: { sliced, isCounted }, starts, mostRows, runner, pace }: Counting,
  { signal }: OperationOptions,
): Promise<SourceCounts | undefined> {
  if (!isCounted) return undefined;
  const from = starts[0];
  const symbols: string[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (symbol: string): number => {
    const number = numbers.get(symbol) ?? symbols.push(symbol) - 1;
    numbers.set(symbol, number);
    return number;
  };
  const slices: SourceCounts["slices"][number][] = [];
  const ahead = runner.concurrency === 1 ? 1 : 2 * runner.concurrency;
  const endOf = (slice: number): number => starts[slice + 1] ?? sliced.end;
  const results = inOrder(starts.keys(), ahead, { signal }, (slice, ended) => {
    const { module, input: source, line } = sliced;
    const input = { module, source, start: starts[slice], end: endOf(slice), line };
    return runner.countSlice(input, { signal: ended });
  });
  for await (const { item: slice, result } of results) {
    if (result.status === "rejected") throw result.reason;
    const found = result.value;
    if (found === undefined || found.position !== endOf(slice)) return undefined;
    if (found.rows.reduce((sum, own) => sum + own, 0) > mostRows) return undefined;
    // The texts of each slice are copies.
    slices.push({ symbols: Int32Array.from(found.symbols, numberOf), rows: Uint32Array.from(found.rows) });
    pace.progress({ phase: "counting", done: endOf(slice) - from, total: sliced.end - from, unit: "bytes" });
  }
  return { symbols, slices };
}
