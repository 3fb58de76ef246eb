import type { JsonObject, ReadingNote } from "@atc/contract";
import type { RowLayout } from "../base/row-layout.ts";
import type { BadRows } from "../quality/ingest-report.ts";
import type { SlicePlaces } from "./slice-places.ts";

/** A slice of a source, to be read into a run. */
export interface SliceTaskInput {
  /** The module that reads it, and the input of that module. */
  readonly module: string;
  readonly source: JsonObject;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly layout: RowLayout;
  /** Bytes of rows in memory. */
  readonly arenaBytes: number;
  /** The run's file. */
  readonly path: string;
  /** The places of counted rows. Undefined if all rows go to the run's file. */
  readonly places: SlicePlaces | undefined;
}

/** A slice that was read into a run. Its file holds the pieces, unless they are in their places, then the index. */
export interface SliceRun {
  readonly path: string;
  readonly start: number;
  readonly line: number;
  /** Where the next slice starts. */
  readonly endPosition: number;
  readonly endLine: number;
  readonly rows: number;
  readonly badRows: BadRows;
  /** What the source found in the rows; lines count from `line`. */
  readonly notes: readonly ReadingNote[];
  /** Bytes of the pieces in the file, and of the whole file. */
  readonly pieceBytes: number;
  readonly bytes: number;
  /** CRC-32 of the file. */
  readonly crc: number;
  /**
   * CRC-32 of the pieces in their places, column by column, starting from the key of the places. Undefined if all rows
   * are in the file.
   */
  readonly placedCrc: number | undefined;
}
