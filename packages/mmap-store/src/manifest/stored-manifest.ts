import type { DatasetSchema, JsonObject, RowKind } from "@atc/contract";

/** A segment as the manifest tells it. */
export interface StoredSegment {
  /** File name within the dataset's directory. */
  readonly file: string;
  readonly rows: number;
  /** How many of its rows no series has any more, because an append replaced them; absent where it is none. */
  readonly superseded?: number;
  /** Size of the file. */
  readonly bytes: number;
  /** CRC-32 of the whole file, 8 hexadecimal digits. */
  readonly crc32: string;
  /** Byte offset of each column's values, `symbol` included. */
  readonly offsets: Readonly<Record<string, number>>;
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
   * For each column of the schema 8 hexadecimal digits, the CRC-32 of the bytes of its values in these rows. It holds only in a manifest that
   * has a `content`: writers that did not know it took it over for parts that they cut.
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
  /** The digest of all rows; absent if checksums of some are unknown. */
  readonly content?: string;
  readonly attributes: JsonObject;
  readonly segments: readonly StoredSegment[];
  readonly series: readonly StoredSeries[];
}
