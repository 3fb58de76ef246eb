import {
  type ChunkBuilder,
  localTimesToUtc,
  noTime,
  numberTimes,
  type RowTimes,
  storeTimespec,
  wholeTextReader,
} from "@atc/plugin-kit";
import type { BatchRows } from "../columns/batch-rows.ts";
import { bitsOf, isSet } from "../columns/number-reader.ts";
import { timeCells } from "../columns/time-cells.ts";
import { timeNumbers, typedTimes } from "../columns/time-reader.ts";
import type { BatchColumn, RecordBatch } from "../format/record-batch.ts";
import type { ArrowField } from "../format/schema.ts";
import { type ColumnFiller, dictionaryOf, type Reading } from "./column-filler.ts";

/** Which of some rows have a value. */
async function presence({ validity }: BatchColumn, { from, count }: BatchRows): Promise<(row: number) => boolean> {
  if (validity === undefined) return () => true;
  const bits = await bitsOf(validity, from, count);
  const first = from % 8;
  return (row) => isSet(bits, first + row);
}

/** A filler of the times of rows. It runs after those of the other columns, because it counts only rows that stay. */
export function timeFiller(reading: Reading, times: RowTimes): ColumnFiller {
  const { contents, projection, time } = reading.source;
  const { position, clock, layout } = time;
  const field = contents.fields[position];
  const { type } = field;
  const isTicks = projection.kind === "ticks";
  const to = isTicks ? "ns" : "ms";
  const { timespec, tally } = times;
  const readNumbers = numberTimes("arrow", layout, tally, isTicks);
  const readDate = wholeTextReader(times.readTime, timespec);
  const readClock = wholeTextReader(times.readClock, times.clock);
  // A date beside a time of day is a midnight in UTC, whose text names no zone.
  const dateField: ArrowField =
    clock !== undefined && type.is === "time" ? { ...field, type: { ...type, zone: "" } } : field;
  const cells = timeCells(dateField, dictionaryOf(reading, field));
  const clockField = clock === undefined ? undefined : contents.fields[clock];
  const clockCells = clockField && timeCells(clockField, dictionaryOf(reading, clockField));

  /** Times that are texts, or whose time of day has a column of its own. */
  const fillTexts = async (batch: RecordBatch, rows: BatchRows, builder: ChunkBuilder): Promise<void> => {
    const { at, count } = rows;
    const column = batch.column(position);
    const hasDate = await presence(column, rows);
    const words = new Int32Array(builder.times.buffer, builder.times.byteOffset, 2 * builder.times.length);
    // The times of day first: each text is valid only while it is visited.
    const clocks = new Float64Array(2 * count);
    const hasClock = new Uint8Array(count).fill(1);
    if (clock !== undefined) {
      const clockColumn = batch.column(clock);
      const isPresent = await presence(clockColumn, rows);
      await clockCells?.(clockColumn, rows, (bytes, start, end, row) => {
        hasClock[row] = isPresent(row) && readClock(bytes, start, end) ? 1 : 0;
        clocks.set(times.clock, 2 * row);
      });
    }
    await cells?.(column, rows, (bytes, start, end, row) => {
      const target = at + row;
      if (!builder.isKept(target)) {
        // The builder reports what else is missing.
        builder.times[target] = 0n;
        return;
      }
      let isTime = hasDate(row) && hasClock[row] === 1 && readDate(bytes, start, end);
      if (isTime && clock !== undefined) {
        times.clock[0] = clocks[2 * row];
        times.clock[1] = clocks[2 * row + 1];
      }
      isTime &&= times.join(builder.symbols[target]) && storeTimespec(timespec, to, words, target);
      if (isTime) {
        if (tally.form !== tally.usual) tally.count();
        return;
      }
      builder.times[target] = noTime;
      reading.timeTexts.set(target, Buffer.from(bytes.subarray(start, Math.min(end, start + 80))).toString("utf8"));
    });
  };

  return async (batch, rows, builder) => {
    const { at, count } = rows;
    reading.timeTexts.clear();
    if (clock !== undefined || (type.is !== "time" && type.is !== "number")) {
      await fillTexts(batch, rows, builder);
      return;
    }
    const column = batch.column(position);
    const target = builder.times.subarray(at, at + count);
    const symbols = builder.symbols.subarray(at, at + count);
    const isPresent = await presence(column, rows);
    if (type.is === "time") {
      await typedTimes(column, rows, type, to, target);
      for (let row = 0; row < count; row++) if (!isPresent(row)) target[row] = noTime;
      if (layout.localTime !== undefined || layout.isDateOnly) localTimesToUtc(times, target, to, symbols);
      return;
    }
    const values = await timeNumbers(column, rows, type);
    readNumbers({
      values,
      target,
      to,
      isPresent: (row) => isPresent(row) && builder.isKept(at + row),
      series: symbols,
    });
    for (let row = 0; row < count; row++) {
      if (target[row] !== noTime) continue;
      if (isPresent(row)) reading.timeTexts.set(at + row, String(values[row]));
      if (!builder.isKept(at + row)) target[row] = 0n;
    }
  };
}
