import type { Pace } from "./pace.ts";
import type { RowArena } from "./row-arena.ts";
import { createRowArena } from "./row-arena.ts";
import type { RowLayout } from "./row-layout.ts";
import type { SpillFile } from "./spill-file.ts";
import { openSpillFile } from "./spill-file.ts";

/** Parts read between two looks at the clock. */
const partsPerTurn = 16;

/** The rows of one series in the source's order. Its arrays are valid until the next series is loaded. */
export interface SeriesRows {
  readonly length: number;
  /** Times as pairs of 32-bit words, low half first. */
  readonly times: Int32Array;
  /** `slots` values a row. */
  readonly values: Float64Array;
  /** The bytes of `values` as 32-bit words. */
  readonly valueWords: Int32Array;
}

/**
 * Rows scattered to series: in the arena as long as they fit, else in a spill file. A spill writes all that the arena holds, series by
 * series, as one part each (its times, then its values), so one file and one handle do for any number of series.
 */
export interface RowBuffer extends AsyncDisposable {
  readonly arena: RowArena;
  /** Whether rows were written to disk. */
  readonly spilled: boolean;
  /** Makes place for the counters of `count` series. */
  reserve(count: number): void;
  /** Empties the arena to disk. */
  spill(): Promise<void>;
  /** Ends the scattering: from here on the arena, where rows were spilled, is the memory that series are loaded into. */
  finish(): Promise<void>;
  /** The rows of a series; without `values` where only `times` are wanted. */
  load(series: number, wanted: "times" | "all", pace: Pace): Promise<SeriesRows>;
}

/** A buffer of about `memoryBytes`, spilling to `directory` or the system's temporary one. */
export function createRowBuffer(layout: RowLayout, memoryBytes: number, directory: string | undefined): RowBuffer {
  const { slots } = layout;
  const arena = createRowArena(layout, memoryBytes);
  /** Per series: byte offset and rows of each part. */
  const parts: number[][] = [];
  let file: SpillFile | undefined;
  let own: { times: Int32Array; values: Float64Array } = { times: new Int32Array(0), values: new Float64Array(0) };

  function memoryFor(rows: number): typeof own {
    if (file !== undefined && rows <= arena.capacity) return arena;
    if (own.times.length < 2 * rows) own = { times: new Int32Array(2 * rows), values: new Float64Array(slots * rows) };
    return own;
  }

  async function spill(): Promise<void> {
    file ??= await openSpillFile(directory);
    for (const series of arena.present) {
      const extents = arena.extents(series);
      parts[series]?.push(file.length, rowsOf(extents));
      for (let e = 0; e < extents.length; e += 2) await file.append(bytesOf(arena.times, 2, extents, e));
      for (let e = 0; e < extents.length; e += 2) await file.append(bytesOf(arena.values, slots, extents, e));
    }
    arena.reset();
  }

  function fromArena(series: number, wanted: "times" | "all"): SeriesRows {
    const extents = arena.extents(series);
    const length = rowsOf(extents);
    // A single extent needs no copy: so a file of one symbol takes no memory beside the arena.
    if (extents.length === 2) {
      const first = extents[0] as number;
      return seriesRows(
        arena.times.subarray(2 * first, 2 * (first + length)),
        arena.values.subarray(slots * first, slots * (first + length)),
        length,
      );
    }
    const { times, values } = memoryFor(length);
    let row = 0;
    for (let e = 0; e < extents.length; e += 2) {
      const first = extents[e] as number;
      const end = first + (extents[e + 1] as number);
      times.set(arena.times.subarray(2 * first, 2 * end), 2 * row);
      if (wanted === "all") values.set(arena.values.subarray(slots * first, slots * end), slots * row);
      row += end - first;
    }
    return seriesRows(times, values, length);
  }

  async function fromFile(from: SpillFile, series: number, wanted: "times" | "all", pace: Pace): Promise<SeriesRows> {
    const list = parts[series] as number[];
    const length = rowsOf(list);
    const { times, values } = memoryFor(length);
    let row = 0;
    for (let p = 0; p < list.length; p += 2) {
      const offset = list[p] as number;
      const rows = list[p + 1] as number;
      from.read(offset, bytesOf(times, 2, [row, rows], 0));
      if (wanted === "all") from.read(offset + 8 * rows, bytesOf(values, slots, [row, rows], 0));
      row += rows;
      if (p % (2 * partsPerTurn) === 0) await pace.turn();
    }
    return seriesRows(times, values, length);
  }

  return {
    arena,
    get spilled() {
      return file !== undefined;
    },
    reserve(count) {
      while (parts.length < count) parts.push([]);
      arena.reserve(count);
    },
    spill,
    async finish() {
      if (file === undefined) return;
      await spill();
      await file.flush();
    },
    async load(series, wanted, pace) {
      return file === undefined ? fromArena(series, wanted) : await fromFile(file, series, wanted, pace);
    },
    async [Symbol.asyncDispose]() {
      await file?.[Symbol.asyncDispose]();
    },
  };
}

function seriesRows(times: Int32Array, values: Float64Array, length: number): SeriesRows {
  return { length, times, values, valueWords: new Int32Array(values.buffer, values.byteOffset, 2 * values.length) };
}

function rowsOf(pairs: readonly number[]): number {
  let rows = 0;
  for (let p = 1; p < pairs.length; p += 2) rows += pairs[p] as number;
  return rows;
}

/** The bytes of the rows that the pair at `at` names, `width` elements a row. */
function bytesOf(array: Int32Array | Float64Array, width: number, pairs: readonly number[], at: number): Uint8Array {
  const rowBytes = width * array.BYTES_PER_ELEMENT;
  const first = array.byteOffset + (pairs[at] as number) * rowBytes;
  return new Uint8Array(array.buffer, first, (pairs[at + 1] as number) * rowBytes);
}
