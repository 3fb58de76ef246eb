import type { RowLayout } from "./row-layout.ts";

/** What a process takes before any row: Node, the modules, and for each thread another of both and its blocks of text. */
const processBytes: number = 104 * 2 ** 20;
const threadBytes: number = 32 * 2 ** 20;
/** The least share of the memory that rows get, where there is less than that. */
const leastShare = 0.25;
/** Bytes that putting a row in order takes beside its columns. */
const orderBytes = 24;

/** How much of the memory each step may use. */
export interface MemoryPlan {
  /** Bytes of rows held by each thread that reads rows of unknown number. */
  readonly arenaBytes: number;
  /** Rows held by each thread that reads rows which were counted. */
  readonly countedRows: number;
  /** Rows that each thread puts in order at once. */
  readonly partRows: number;
}

/** Divides the memory among threads. */
export function memoryPlan(memoryBytes: number, threads: number, { rowBytes }: RowLayout): MemoryPlan {
  const rest = memoryBytes - processBytes - threads * threadBytes;
  const bytes = Math.max(rest, leastShare * memoryBytes);
  // Beside each thread's own there are columns that are being written, and one lot that waits.
  const partBytes = threads * (rowBytes + orderBytes) + (threads + 1) * rowBytes;
  return {
    // Half as much again is for the order of rows and what is put in it.
    countedRows: Math.max(64, Math.floor((0.35 * bytes) / threads / rowBytes)),
    arenaBytes: Math.floor((0.36 * bytes) / threads),
    partRows: Math.max(64, Math.floor((0.44 * bytes) / partBytes)),
  };
}
