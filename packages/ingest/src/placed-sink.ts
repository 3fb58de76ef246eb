import { closeSync, openSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import { AtcError, isAtcError } from "@atc/contract";
import { attempt, type PiecePart, type RunSink, stagingBytes } from "./run-sink.ts";
import type { SlicePlaces } from "./slice-places.ts";

/** A run in the places that its rows have in the files of the store. */
export interface PlacedSink extends RunSink, Disposable {
  /** Writes what is left and returns the CRC-32 of all bytes in the order they were written. */
  finish(): number;
}

/** Whether a slice failed since it has other rows than were counted. */
export function isMiscount(error: unknown): boolean {
  return isAtcError(error, "ATC_CORRUPT_DATA") && error.details["miscounted"] === true;
}

/** The error of {@link isMiscount}. */
export function miscounted(message: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", message, { details: { miscounted: true } });
}

/** A sink that puts the rows of a slice in their places. Rows that were not counted are refused, see {@link isMiscount}. Disposal closes the files. */
export function placedSink(places: SlicePlaces, staging: Uint8Array<ArrayBuffer>): PlacedSink {
  const { files, starts, spanFiles, spanRows, spanOffsets } = places;
  const numbers = new Map(places.symbols.map((symbol, s) => [symbol, s]));
  /** Per symbol: its first span that is not full; per span: rows in it. */
  const next = starts.slice(0, -1);
  const filled = new Float64Array(spanRows.length);
  const handles = new Map<number, number>();
  let file = 0;
  let position = 0;
  let staged = 0;
  let written = 0;
  let crc = 0;

  function handleOf(path: string): number {
    const handle = handles.get(file) ?? openSync(path, "r+");
    handles.set(file, handle);
    return handle;
  }

  function flush(): void {
    if (staged === 0) return;
    const bytes = staging.subarray(0, staged);
    const { path } = files[file] as (typeof files)[number];
    attempt(path, () => {
      const handle = handleOf(path);
      for (let done = 0; done < staged; ) done += writeSync(handle, bytes, done, staged - done, position + done);
    });
    crc = crc32(bytes, crc);
    position += staged;
    written += staged;
    staged = 0;
  }

  return {
    values: new Float64Array(staging.buffer),
    words: new Int32Array(staging.buffer),
    get length() {
      return written + staged;
    },
    parts(symbol, rows) {
      const s = numbers.get(symbol);
      if (s === undefined) throw miscount(symbol);
      const parts: PiecePart[] = [];
      for (let left = rows; left > 0; ) {
        const span = next[s] as number;
        if (span === starts[s + 1]) throw miscount(symbol);
        const used = filled[span] as number;
        const own = Math.min(left, (spanRows[span] as number) - used);
        if (own > 0) parts.push({ rows: own, file: spanFiles[span] as number, offset: (spanOffsets[span] as number) + 8 * used });
        filled[span] = used + own;
        left -= own;
        if (left > 0) next[s] = span + 1;
      }
      return parts;
    },
    column(part, column) {
      flush();
      file = part.file;
      position = part.offset + column * (files[file] as (typeof files)[number]).stride;
    },
    reserve(count) {
      if (staged + 8 * count > stagingBytes) flush();
      staged += 8 * count;
      return staged / 8 - count;
    },
    finish() {
      flush();
      return crc;
    },
    [Symbol.dispose]() {
      for (const handle of handles.values()) closeSync(handle);
      handles.clear();
    },
  };
}

function miscount(symbol: string): AtcError {
  return miscounted(`symbol "${symbol}" has more rows in a slice than were counted in it`);
}
