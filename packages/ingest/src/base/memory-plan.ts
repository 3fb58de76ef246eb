import type { RowLayout } from "./row-layout.ts";

/** Bytes of a process without rows: Node and the modules; per thread, both again and its blocks of text. */
const processBytes: number = 104 * 2 ** 20;
const threadBytes: number = 32 * 2 ** 20;
/** The share of the memory that rows get at least, even if the process then takes more than it should. */
const leastShare = 0.25;
/** Bytes per row that sorting takes besides the columns. */
const orderBytes = 24;

/** How much of the memory each step may use. */
export interface MemoryPlan {
  /** Bytes of rows per thread that reads rows of unknown number. */
  readonly arenaBytes: number;
  /** Rows per thread that reads counted rows. */
  readonly countedRows: number;
  /** Rows that each thread sorts at once. */
  readonly partRows: number;
}

/** Divides the memory among threads. */
export function memoryPlan(memoryBytes: number, threads: number, { rowBytes }: RowLayout): MemoryPlan {
  const rest = memoryBytes - processBytes - threads * threadBytes;
  const bytes = Math.max(rest, leastShare * memoryBytes);
  // Besides each thread's own rows, some are being written and some wait to be.
  const columnBytes = threads * (rowBytes + orderBytes) + (threads + 1) * rowBytes;
  return {
    // Half as much again is for the order of rows, and for columns that are being sorted.
    countedRows: Math.max(64, Math.floor((0.35 * bytes) / threads / rowBytes)),
    arenaBytes: Math.floor((0.36 * bytes) / threads),
    partRows: Math.max(64, Math.floor((0.44 * bytes) / columnBytes)),
  };
}
