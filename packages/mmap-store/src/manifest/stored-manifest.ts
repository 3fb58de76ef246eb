import type { DatasetSchema, JsonObject, RowKind } from "@atc/contract";

/** A segment in a manifest. */
export interface StoredSegment {
  /** File name within the dataset's directory. */
  readonly file: string;
  readonly rows: number;
  /** How many of its rows belong to no series any more, because an append replaced them; default: 0. */
  readonly superseded?: number;
  /** Size of the file. */
  readonly bytes: number;
  /** CRC-32 of the whole file, 8 hexadecimal digits. */
  readonly crc32: string;
  /** Byte offset of each column's values, `symbol` included. */
  readonly offsets: Readonly<Record<string, number>>;
}

/**
 * The byte offset of the values of a column, which may be `symbol`. The manifest's check makes sure that there is one.
 */
export function columnOffset({ offsets }: StoredSegment, column: string): number {
  return offsets[column] ?? Number.NaN;
}

/** Rows of one symbol within one segment. Times are decimal strings of 64-bit integers. */
export interface StoredPart {
  /** Index into the manifest's segments. */
  readonly segment: number;
  /** First row within the segment. */
  readonly row: number;
  readonly rows: number;
  readonly firstTime: string;
  readonly lastTime: string;
  /**
   * 8 hexadecimal digits per column of the schema: the CRC-32 of the bytes of its values in these rows. Valid only in a
   * manifest with a `content`: writers that did not know this member kept it for parts that they truncated.
   */
  readonly crc32?: string;
}

/** A symbol and its parts in time order. */
export interface StoredSeries {
  readonly symbol: string;
  readonly parts: readonly StoredPart[];
}

/** The content of `manifest.json`, without its checksum. */
export interface StoredManifest {
  readonly format: "atc-dataset";
  readonly formatVersion: number;
  readonly generation: number;
  readonly createdAt: number;
  readonly kind: RowKind;
  readonly columns: DatasetSchema["columns"];
  readonly fingerprint: string;
  /** The digest of all rows; undefined if the checksums of some parts are unknown. */
  readonly content?: string;
  /** Only if times are calendar dates. */
  readonly timeIs?: "date" | "instant";
  readonly attributes: JsonObject;
  readonly segments: readonly StoredSegment[];
  readonly series: readonly StoredSeries[];
}
