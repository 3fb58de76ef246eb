import type { ColumnChunk, SourceInput, SourceSummary } from "@atc/contract";
import {
  type ChunkBuilder,
  chunkBuilder,
  columnTexts,
  type RowTimes,
  rowTimes,
  type SourceReading,
  storeTimespec,
  type TextDictionary,
} from "@atc/plugin-kit";
import xxhash from "xxhash-wasm";
import type { FieldLayout, JsonLayout } from "../layout/json-layout.ts";
import type { JsonOptions } from "../layout/json-options.ts";
import { fieldFinder } from "../values/row-fields.ts";
import { excerpt, numberOf, textOf } from "../values/row-values.ts";
import { timeValueReader, writtenTime } from "../values/time-value.ts";
import { openBytes } from "./json-input.ts";
import { type RowBlock, rowBlocks } from "./row-stream.ts";

/** Rows of a chunk. */
const chunkRows = 65_536;

/** A document whose layout is known. */
export interface OpenedSource {
  readonly input: SourceInput;
  readonly layout: JsonLayout;
  /** What to do with bad rows. */
  readonly badRows: NonNullable<JsonOptions["badRows"]>;
}

/**
 * Reads the row in `bytes[start, end)`, of a line, into row `target` of a builder. Returns the reason, and the field,
 * if the row is bad.
 */
type RowReader = (
  bytes: Uint8Array,
  start: number,
  end: number,
  target: number,
  line: number,
) => { readonly reason: string; readonly field?: FieldLayout; readonly text?: string } | undefined;

function rowReader(
  { layout, badRows }: OpenedSource,
  builder: ChunkBuilder,
  dictionaries: ReadonlyMap<string, TextDictionary>,
  times: RowTimes,
): RowReader {
  const finder = fieldFinder(layout.names);
  const { starts, ends } = finder.fields;
  const { tally, timespec } = times;
  const readTime = timeValueReader(times.readTime, timespec);
  const readClock = timeValueReader(times.readClock, times.clock);
  const unit = layout.kind === "ticks" ? "ns" : "ms";
  const words = new Int32Array(builder.times.buffer, builder.times.byteOffset, 2 * builder.times.length);
  const timeField = layout.fields.find(({ role }) => role === "time");
  const keepsNaN = badRows === "nan";
  /** Whether the builder keeps the row, as far as its numbers are concerned. */
  let isKept = true;
  const fieldReaders = layout.fields.map((field): ((bytes: Uint8Array, row: number) => string | undefined) => {
    const { name, position, role } = field;
    if (role === "time") return (bytes) => (readTime(bytes, starts[position], ends[position]) ? undefined : "time");
    if (role === "clock") return (bytes) => (readClock(bytes, starts[position], ends[position]) ? undefined : "time");
    if (role === "price" || role === "number") {
      const target = builder.columns[name] as Float64Array;
      const isPrice = role === "price";
      const isVolume = name === "volume";
      return (bytes, row) => {
        const value = numberOf(bytes, starts[position], ends[position]);
        // Infinity marks what is not a number: the builder makes its row a bad row.
        target[row] = value ?? Number.POSITIVE_INFINITY;
        if (isPrice ? value === undefined || Number.isNaN(value) : isVolume && value === undefined) isKept = keepsNaN;
        return value === undefined && !isVolume && !isPrice ? "number" : undefined;
      };
    }
    const dictionary = dictionaries.get(name) as TextDictionary;
    const target = role === "symbol" ? builder.symbols : (builder.columns[name] as Int32Array);
    return (bytes, row) => {
      const text = textOf(bytes, starts[position], ends[position]);
      target[row] = typeof text === "string" ? dictionary.indexOfText(text) : -1;
      if (role === "symbol") return text === undefined ? "symbol" : text === null ? "encoding" : undefined;
      return text === null ? "encoding" : undefined;
    };
  });
  /** A time that is not one, as it is written. */
  const timeFault = (bytes: Uint8Array, field: FieldLayout): ReturnType<RowReader> => {
    const { position } = field;
    const text = writtenTime(bytes, starts[position], ends[position]).slice(0, 80);
    return { reason: "time", field, ...(text === "" ? {} : { text }) };
  };
  return (bytes, start, end, target, line) => {
    if (!finder.split(bytes, start, end)) return { reason: "fields" };
    isKept = true;
    for (let i = 0; i < fieldReaders.length; i++) {
      const reason = fieldReaders[i]?.(bytes, target);
      const field = layout.fields[i];
      if (reason !== undefined && field !== undefined)
        return reason === "time" ? timeFault(bytes, field) : { reason, field };
    }
    if (!isKept) {
      // The builder reports the row.
      builder.times[target] = 0n;
      return undefined;
    }
    if (!times.join(builder.symbols[target]) || !storeTimespec(timespec, unit, words, target))
      return timeField === undefined ? { reason: "time" } : timeFault(bytes, timeField);
    if (tally.form !== tally.usual) tally.count(line);
    return undefined;
  };
}

/** Fills the builder; yields whenever it is full, and at the end. */
async function* filledBuffers(
  blocks: AsyncGenerator<RowBlock>,
  builder: ChunkBuilder,
  read: RowReader,
  check: () => void,
): AsyncGenerator<void> {
  const rowOf = new Int32Array(chunkRows);
  for await (const { bytes, starts, ends, lines, offset, count } of blocks) {
    check();
    let taken = 0;
    const placeOf = (row: number): { readonly line: number; readonly offset: number } => ({
      line: lines[row],
      offset: offset + starts[row],
    });
    const textAt = (row: number): string => excerpt(bytes, starts[row], ends[row]);
    const accept = (): void => {
      builder.accept(
        taken,
        (row) => textAt(rowOf[row]),
        (row) => placeOf(rowOf[row]),
      );
      taken = 0;
    };
    for (let row = 0; row < count; row++) {
      const fault = read(bytes, starts[row], ends[row], builder.length() + taken, lines[row]);
      if (fault === undefined) rowOf[taken++] = row;
      else {
        // The rows before this one first, so that bad rows are reported in order.
        accept();
        const { field, reason, text = textAt(row) } = fault;
        const column = field === undefined ? {} : { column: field.name };
        builder.reject({ ...placeOf(row), ...column, reason, text });
      }
      if (builder.length() + taken < chunkRows) continue;
      accept();
      if (builder.length() === chunkRows) yield;
    }
    accept();
  }
  check();
  if (builder.length() > 0) yield;
}

/** Reads a document's rows in chunks. */
export async function* chunksOf(
  source: OpenedSource,
  { check, report, onBadRow }: SourceReading,
): AsyncGenerator<ColumnChunk, SourceSummary, undefined> {
  const { input, layout } = source;
  const hash = (await xxhash()).create64();
  const { byColumn, symbols, dictionaries } = columnTexts(layout.columns, layout.symbol);
  const builder = chunkBuilder({
    source: input.name,
    columns: layout.columns,
    capacity: chunkRows,
    symbols,
    dictionaries,
    badRows: source.badRows,
    onBadRow,
    times: layout.time,
  });
  await using bytes = await openBytes(input, (piece) => hash.update(piece));
  const reportTaken = (): void =>
    report({ done: bytes.taken(), total: input.size, unit: "bytes", rows: builder.rows() + builder.length() });
  if (layout.symbol !== undefined) builder.symbols.fill(0);
  const times = rowTimes("json", layout.time, layout.kind === "ticks");
  const read = rowReader(source, builder, byColumn, times);
  for await (const _ of filledBuffers(rowBlocks(bytes, layout, input.name), builder, read, check)) {
    reportTaken();
    yield builder.take();
  }
  reportTaken();
  const notes = times.notes();
  return {
    rows: builder.rows(),
    badRows: builder.badRows(),
    bytes: bytes.taken(),
    hash: hash.digest().toString(16).padStart(16, "0"),
    ...(notes.length === 0 ? {} : { notes }),
  };
}
