import type { RowLayout } from "../base/row-layout.ts";
import { stagingBytes } from "../files/run-sink.ts";
import { createPieceOrder, type PieceOrderer } from "../order/piece-order.ts";
import { createTimeSorter, type TimeSorter } from "../order/time-order.ts";
import type { RowArena } from "./row-arena.ts";
import { createRowArena } from "./row-arena.ts";

interface SpillMemory {
  readonly arena: RowArena;
  readonly orderOf: PieceOrderer;
  readonly staging: Uint8Array<ArrayBuffer>;
}

/** Memory that the slices of a thread no longer need. */
interface FreeMemory {
  readonly values: Float64Array;
  readonly times: Int32Array | undefined;
}

/**
 * The memory of this thread for slices. It is kept from one to the next: freed memory would wait for the garbage
 * collector.
 */
let spilling: (SpillMemory & { readonly key: string }) | undefined;
let columns: Float64Array<ArrayBuffer> | undefined;
let sorter: TimeSorter | undefined;

/** The memory for slices that go to runs, with an empty arena of `bytes` bytes. */
export function spillMemory(layout: RowLayout, bytes: number): SpillMemory {
  const key = `${layout.slots} ${bytes}`;
  if (spilling?.key !== key) {
    columns = undefined;
    const arena = createRowArena(layout, bytes, "large");
    spilling = { key, arena, orderOf: createPieceOrder(), staging: new Uint8Array(stagingBytes) };
  }
  spilling.arena.reset();
  return spilling;
}

/** The memory for counted slices: at least `length` values. */
export function columnMemory(length: number): Float64Array<ArrayBuffer> {
  if (columns === undefined || columns.length < length) {
    spilling = undefined;
    columns = new Float64Array(length);
  }
  return columns;
}

/** The sorter for counted slices. */
export function sliceSorter(): TimeSorter {
  sorter ??= createTimeSorter();
  return sorter;
}

/** Hands over the memory of this thread's slices; undefined if there is none. */
export function takeMemory(): FreeMemory | undefined {
  const free = spilling?.arena ?? (columns === undefined ? undefined : { values: columns, times: undefined });
  spilling = undefined;
  columns = undefined;
  sorter = undefined;
  return free;
}
