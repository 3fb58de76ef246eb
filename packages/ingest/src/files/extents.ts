import type { DatasetFile } from "./dataset-files.ts";

/** Consecutive rows of one series in a file of the dataset. */
export interface FileExtent {
  /** The number of the file. */
  readonly file: number;
  readonly rows: number;
  /** The offset of the time of the first row, in bytes. */
  readonly offset: number;
}

/** Extents of several series, as plain data for another thread. */
export interface PackedExtents {
  readonly files: readonly DatasetFile[];
  /** Per series: its first extent; then the number of all extents. */
  readonly starts: Int32Array;
  /** Per extent: the number of its file. */
  readonly extentFiles: Int32Array;
  /** Per extent: rows. */
  readonly extentRows: Float64Array;
  /** Per extent: the offset of the time of its first row, in bytes. */
  readonly extentOffsets: Float64Array;
}

/** Packs the extents of series. */
export function packExtents(files: readonly DatasetFile[], series: readonly (readonly FileExtent[])[]): PackedExtents {
  const all = series.flat();
  const starts = new Int32Array(series.length + 1);
  for (const [s, own] of series.entries()) starts[s + 1] = starts[s] + own.length;
  return {
    files,
    starts,
    extentFiles: Int32Array.from(all, ({ file }) => file),
    extentRows: Float64Array.from(all, ({ rows }) => rows),
    extentOffsets: Float64Array.from(all, ({ offset }) => offset),
  };
}

/** The extents of one series, in order. */
export function unpackExtents(packed: PackedExtents, series: number): FileExtent[] {
  const { starts, extentFiles, extentRows, extentOffsets } = packed;
  const extents: FileExtent[] = [];
  for (let e = starts[series]; e < starts[series + 1]; e++)
    extents.push({ file: extentFiles[e], rows: extentRows[e], offset: extentOffsets[e] });
  return extents;
}
