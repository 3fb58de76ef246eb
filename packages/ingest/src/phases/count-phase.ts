import type { OperationOptions, SliceCounts, SlicedSource } from "@atc/contract";
import type { Pacer } from "@atc/plugin-kit";
import type { TaskRunner } from "./task-runner.ts";
import { inOrder } from "./task-runner.ts";

/** Slices to count. */
export interface CountWork {
  readonly sliced: SlicedSource;
  /** The first byte of each slice. */
  readonly starts: readonly number[];
  readonly runner: TaskRunner;
  readonly pacer: Pacer;
}

/** The rows of all slices by symbol. */
export interface SourceCounts {
  /** The symbols that have rows, in the order of their first rows. */
  readonly symbols: readonly string[];
  /** Per slice: its symbols, as indices into `symbols`, and the rows of each. */
  readonly slices: readonly { readonly symbols: Int32Array; readonly rows: Uint32Array }[];
}

/**
 * Counts the rows of slices by symbol, in the source's order. `found` is undefined if the source does not count, or if
 * only reading shows the ends of rows. `end` is the end of the slice as it was cut.
 */
export async function* countSlices(
  { sliced, starts, runner, pacer }: CountWork,
  { signal }: OperationOptions,
): AsyncGenerator<{ readonly found: SliceCounts | undefined; readonly end: number }, void, undefined> {
  const from = starts[0];
  const endOf = (slice: number): number => starts[slice + 1] ?? sliced.end;
  const lookahead = runner.concurrency === 1 ? 1 : 2 * runner.concurrency;
  const results = inOrder(starts.keys(), lookahead, { signal }, (slice, ended) => {
    const { module, input: source, line } = sliced;
    const input = { module, source, start: starts[slice], end: endOf(slice), line };
    return runner.countSlice(input, { signal: ended });
  });
  for await (const { item: slice, result } of results) {
    if (result.status === "rejected") throw result.reason;
    const end = endOf(slice);
    yield { found: result.value, end };
    pacer.report({ phase: "counting", done: end - from, total: sliced.end - from, unit: "bytes" });
  }
}

/** Collects the counts of slices in the source's order. */
export interface SourceCounter {
  /** Rows so far. */
  readonly rows: number;
  add(slice: SliceCounts): void;
  counts(): SourceCounts;
}

/** A counter without slices. */
export function sourceCounts(): SourceCounter {
  const symbols: string[] = [];
  const numbers = new Map<string, number>();
  const slices: SourceCounts["slices"][number][] = [];
  let rows = 0;
  // The names of each slice are copies; one of each is kept.
  const numberOf = (symbol: string): number => {
    const number = numbers.get(symbol) ?? symbols.push(symbol) - 1;
    numbers.set(symbol, number);
    return number;
  };
  return {
    get rows() {
      return rows;
    },
    add(slice) {
      for (const own of slice.rows) rows += own;
      slices.push({ symbols: Int32Array.from(slice.symbols, numberOf), rows: Uint32Array.from(slice.rows) });
    },
    counts: () => ({ symbols, slices }),
  };
}
