import {
  type ChunkBuilder,
  convertTimes,
  localTimesToUtc,
  type NumberTimesInput,
  noTime,
  numberTimes,
  type RowTimes,
  storeTimespec,
  wholeTextReader,
} from "@atc/plugin-kit";
import type { DataChunk, Vector } from "@duckdb/node-bindings";
import type { Binding } from "../engine/binding.ts";
import { isValid, type StringBytes, stringBytes, vectorValidity, vectorWords } from "../engine/string-vector.ts";
import type { Projection } from "../sql/projection.ts";

/** Reads the times of DuckDB's chunks. */
export interface TimeFiller {
  /** Reads the times of `length` rows behind those of the builder, whose other columns are read already. */
  fill(chunk: DataChunk, length: number, builder: ChunkBuilder): void;
  /** The text of a time of the last chunk that could not be read. */
  text(row: number): string | undefined;
}

/**
 * A filler of the times of a projection's result.
 *
 * @param firstLine - the line of the first row, if rows are lines
 */
export function timeFiller(
  duckdb: Binding,
  { projected, kind, time: { vector: content, layout } }: Projection,
  times: RowTimes,
  firstLine: number | undefined,
): TimeFiller {
  const positionOf = (wanted: string): number => projected.findIndex(({ role }) => role === wanted);
  const position = positionOf("time");
  const clockPosition = positionOf("clock");
  const isTicks = kind === "ticks";
  const to = isTicks ? "ns" : "ms";
  const { timespec, tally } = times;
  const readNumbers = numberTimes("duckdb", layout, tally, isTicks);
  const readDate = wholeTextReader(times.readTime, timespec);
  const readClock = wholeTextReader(times.readClock, times.clock);
  const texts = new Map<number, string>();
  const date: StringBytes = { bytes: new Uint8Array(0), start: 0, end: 0 };
  const clock: StringBytes = { bytes: new Uint8Array(0), start: 0, end: 0 };

  function fillTexts(chunk: DataChunk, length: number, builder: ChunkBuilder): void {
    const at = builder.length();
    const words = new Int32Array(builder.times.buffer, builder.times.byteOffset, 2 * builder.times.length);
    const dates = vectorWords(duckdb, duckdb.data_chunk_get_vector(chunk, position), length);
    const clocks =
      clockPosition < 0 ? undefined : vectorWords(duckdb, duckdb.data_chunk_get_vector(chunk, clockPosition), length);
    const line = firstLine === undefined ? undefined : firstLine + builder.scanned();
    for (let row = 0; row < length; row++) {
      const target = at + row;
      if (!builder.isKept(target)) {
        // The builder reports what else is missing.
        builder.times[target] = 0n;
        continue;
      }
      let isTime = isValid(dates.validity, row);
      if (isTime) {
        stringBytes(duckdb, dates, row, date);
        isTime = readDate(date.bytes, date.start, date.end);
        if (!isTime)
          texts.set(
            row,
            Buffer.from(date.bytes.subarray(date.start, Math.min(date.end, date.start + 80))).toString("utf8"),
          );
      }
      if (isTime && clocks !== undefined) {
        isTime = isValid(clocks.validity, row);
        if (isTime) {
          stringBytes(duckdb, clocks, row, clock);
          isTime = readClock(clock.bytes, clock.start, clock.end);
          if (!isTime)
            texts.set(
              row,
              Buffer.from(clock.bytes.subarray(clock.start, Math.min(clock.end, clock.start + 80))).toString("utf8"),
            );
        }
      }
      if (isTime && times.join(builder.symbols[target]) && storeTimespec(timespec, to, words, target)) {
        if (tally.form !== tally.usual) tally.count(line === undefined ? undefined : line + row);
        continue;
      }
      if (isTime && !texts.has(row))
        texts.set(
          row,
          Buffer.from(date.bytes.subarray(date.start, Math.min(date.end, date.start + 80))).toString("utf8"),
        );
      builder.times[target] = noTime;
    }
  }

  function valuesOf(vector: Vector, length: number): NumberTimesInput["values"] {
    const { buffer, byteOffset } = duckdb.vector_get_data(vector, 8 * length);
    return content === "reals"
      ? new Float64Array(buffer, byteOffset, length)
      : new BigInt64Array(buffer, byteOffset, length);
  }

  return {
    text: (row) => texts.get(row),
    fill: (chunk, length, builder) => {
      texts.clear();
      if (content === "texts") {
        fillTexts(chunk, length, builder);
        return;
      }
      const at = builder.length();
      const target = builder.times.subarray(at, at + length);
      const symbols = builder.symbols.subarray(at, at + length);
      const vector = duckdb.data_chunk_get_vector(chunk, position);
      const validity = vectorValidity(duckdb, vector, length);
      const values = valuesOf(vector, length);
      if (content === "integers" || content === "reals") {
        const isPresent = (row: number): boolean => isValid(validity, row) && builder.isKept(at + row);
        readNumbers({ values, target, to, isPresent, series: symbols });
        for (let row = 0; row < length; row++) {
          if (target[row] !== noTime) continue;
          if (isValid(validity, row)) texts.set(row, String(values[row]));
          if (!builder.isKept(at + row)) target[row] = 0n;
        }
        return;
      }
      convertTimes(values as BigInt64Array, content, target, to);
      if (validity !== null) for (let row = 0; row < length; row++) if (!isValid(validity, row)) target[row] = noTime;
      if (layout.localTime !== undefined || layout.isDateOnly) localTimesToUtc(times, target, to, symbols);
    },
  };
}
