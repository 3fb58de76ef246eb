import type { TimeUnit } from "../../base/calendar.ts";
import { type BarChunk, chunkBars, createBarChunk, turnChunk } from "../bar-chunk.ts";

/** What bars are passed on to. */
interface ChunkPart {
  begin(chunk: BarChunk): void;
  add(chunk: BarChunk): void;
  finish(chunk: BarChunk): void;
}

/** Passes bars on in chunks, whatever blocks they come in. */
export interface ChunkedBars {
  /** Adds the next `length` bars; times are sorted. */
  addBars(times: BigInt64Array, equity: Float64Array, length: number): void;
  /** Ends all parts. Returns false if there were no bars. Nothing may be added afterwards. */
  finish(): boolean;
}

/** Starts without bars. At `begin`, place 0 of the chunk is the first bar; at `finish`, place `length` is the last. */
export function createChunkedBars(unit: TimeUnit, parts: readonly ChunkPart[]): ChunkedBars {
  const chunk = createBarChunk(unit);
  let isStarted = false;

  function copyRows(times: BigInt64Array, equity: Float64Array, from: number, to: number, place: number): void {
    chunk.times.set(times.subarray(from, to), place);
    chunk.equity.set(equity.subarray(from, to), place);
  }

  return {
    addBars(times, equity, length) {
      if (length === 0) return;
      let from = 0;
      if (!isStarted) {
        copyRows(times, equity, 0, 1, 0);
        for (const part of parts) part.begin(chunk);
        isStarted = true;
        from = 1;
      }
      while (from < length) {
        const to = Math.min(length, from + chunkBars - chunk.length);
        copyRows(times, equity, from, to, chunk.length + 1);
        chunk.length += to - from;
        from = to;
        if (chunk.length < chunkBars) continue;
        for (const part of parts) part.add(chunk);
        turnChunk(chunk);
      }
    },
    finish() {
      if (!isStarted) return false;
      for (const part of parts) {
        part.add(chunk);
        part.finish(chunk);
      }
      return true;
    },
  };
}
