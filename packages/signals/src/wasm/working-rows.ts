import { kernelLayout as layout } from "./kernel-layout.ts";

/** The most bars of a block. */
export const wasmBlockLength: number = layout.blockLength;

/** Bytes of a row. */
export const rowBytes: number = layout.rowLength;

/** The most bars of a long block, in which only averages are computed, each at its base length. */
export const longBlockLength: number = layout.longBlockLength;

/** The most bars before a long block that its averages may need. */
export const longHistory: number = layout.longHistory;

/** The address of the working rows, which all computations in a memory share. The code's constants are before it. */
export const scratchAddress = 4096;

/** Addresses of the working rows that TypeScript reads or writes; kinds are numbered from 0 to 5. */
export const rows: {
  readonly close: number;
  readonly source: number;
  readonly firstGrowth: number;
  readonly secondGrowth: number;
  readonly averageSignal: number;
  readonly direction: number;
  signals(kind: number): number;
  equities(kind: number): number;
  averages(kind: number): number;
  readonly longSource: number;
  longAverage(kind: number): number;
  readonly end: number;
} = {
  close: scratchAddress + layout.closeRow,
  source: scratchAddress + layout.sourceRow,
  /** The growth of layer 1. */
  firstGrowth: scratchAddress + layout.growthRow,
  /** The growth of layer 2, if it begins at another bar than layer 1. */
  secondGrowth: scratchAddress + layout.growthRow + layout.rowLength,
  averageSignal: scratchAddress + layout.averageRows,
  direction: scratchAddress + layout.averageRows + layout.rowLength,
  signals: (kind) => scratchAddress + layout.kindRows + kind * layout.rowLength,
  equities: (kind) => scratchAddress + layout.kindRows + (6 + kind) * layout.rowLength,
  /** The first of the nine rows of a kind. */
  averages: (kind) => scratchAddress + layout.kindAverageRows + 9 * kind * layout.rowLength,
  longSource: scratchAddress + layout.longSource,
  longAverage: (kind) => scratchAddress + layout.longAverageRows + kind * layout.longRowLength,
  end: scratchAddress + layout.rowsEnd,
};
