import type { DataSource, OperationOptions, SlicedSource } from "@atc/contract";
import type { MemoryPlan } from "../base/memory-plan.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { TaskRunner } from "./task-runner.ts";

/** Bytes of text that a slice has at least where the source is large enough. */
const leastLength: number = 4 * 2 ** 20;
/** Slices for each thread, so that all end at about the same time. */
const slicesPerThread = 6;
/** Sources whose rows take fewer bytes of text are not worth a file and threads. */
const leastSliced: number = 8 * 2 ** 20;
/** Bytes at the start that tell how long rows are. */
const probeLength: number = 2 ** 20;
/** The share of the memory for counted rows that slices are cut for: rows are shorter in some than at the start. */
const countedShare = 0.85;

/** How a source is cut. */
export interface SliceCut {
  readonly sliced: SlicedSource;
  /** Whether its slices are worth counting before they are read. */
  readonly isCounted: boolean;
}

/** What a source is cut for. */
export interface CutOptions {
  readonly layout: RowLayout;
  readonly memory: MemoryPlan;
  readonly runner: TaskRunner;
  /** Whether the store has files in which rows can be put in their place. */
  readonly canPlace: boolean;
}

/** Cuts a source for the threads of a runner; undefined where it cannot be cut or is small. */
export async function cutSource(
  source: DataSource,
  { layout, memory, runner, canPlace }: CutOptions,
  options: OperationOptions,
): Promise<SliceCut | undefined> {
  const whole = await source.slices?.({ length: Number.MAX_SAFE_INTEGER });
  if (whole === undefined) return undefined;
  const size = whole.end - whole.starts[0];
  if (size < Math.min(leastSliced, memory.arenaBytes)) return undefined;
  const cut = async (most: number): Promise<SlicedSource | undefined> => {
    const length = Math.max(Math.min(size / (slicesPerThread * runner.concurrency), most), Math.min(leastLength, most));
    return await source.slices?.({ length: Math.ceil(length) });
  };
  const density = canPlace ? await probe(whole, runner, options) : undefined;
  // Places are found in units of 8 bytes.
  const isPlain = layout.columns.every(({ dtype }) => dtype === "float64");
  if (density !== undefined && isPlain) {
    const sliced = await cut(countedShare * (memory.countedRows / density));
    return sliced && { sliced, isCounted: true };
  }
  // Text takes about as many bytes as its rows in memory, where symbols also have room that they do not use.
  const sliced = await cut(0.7 * memory.arenaBytes);
  return sliced && { sliced, isCounted: false };
}

/** Rows in a byte at the start of a source; undefined where only reading can tell. */
async function probe(
  { module, input: source, starts, end, line }: SlicedSource,
  runner: TaskRunner,
  { signal }: OperationOptions,
): Promise<number | undefined> {
  const start = starts[0];
  const input = { module, source, start, end: Math.min(end, start + probeLength), line };
  const counts = await runner.countSlice(input, { signal });
  const rows = counts?.rows.reduce((sum, own) => sum + own, 0) ?? 0;
  return counts === undefined || rows === 0 ? undefined : rows / (counts.position - start);
}
