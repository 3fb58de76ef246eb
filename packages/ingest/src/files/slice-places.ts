import type { PackedExtents } from "./extents.ts";

/** Rows whose number is known, in groups. A group is one symbol, or the symbols of one partition. */
export interface RowGroups {
  readonly symbols: readonly string[];
  /** Per symbol: its group. */
  readonly groups: Int32Array;
  /** Per symbol: its number within its partition; undefined if every group is one symbol. */
  readonly members?: Int32Array | undefined;
  /** Number of rows of each group: a symbol, or the symbols of a partition. */
  readonly groupRows: Float64Array;
}

/** The places of the rows of a counted slice. */
export interface SlicePlaces extends RowGroups {
  /** The places of the first symbols, each a group of its own. */
  readonly extents: PackedExtents;
  /** The partitions of the other groups. */
  readonly partitions: Int32Array;
  /** Identifies the division into partitions, which depends on the memory. */
  readonly key: number;
}
