import type { DataSource } from "@atc/contract";
import { clockCandidates, createDataSource, fileSymbol, likelyClock, matchColumns } from "@atc/plugin-kit";
import { project } from "./columns/projection.ts";
import { clockPosition, isClockType, mayBeClock, timeColumn } from "./columns/time-column.ts";
import { damaged } from "./files/arrow-error.ts";
import { type ArrowFile, arrowFile } from "./files/arrow-file.ts";
import { type ArrowOptions, checkOptions, identifyingOptions } from "./files/arrow-options.ts";
import { readContents } from "./format/messages.ts";
import type { ArrowField } from "./format/schema.ts";
import { chunksOf } from "./reading/chunks.ts";
import type { OpenedSource } from "./reading/opened-source.ts";
import { sampleTimes } from "./reading/time-sample.ts";

/**
 * Part of each source's identity. Increase it if the same bytes give other values than before: stored results then
 * become stale.
 */
const readerVersion = 2;
const endings = /\.(?:feather|arrow|arrows|ipc)$/i;

/** Reads a file's schema and detects how to read its columns. */
async function inspect(file: ArrowFile, options: ArrowOptions): Promise<OpenedSource> {
  const { path, size } = file;
  await using opened = await file.open();
  const contents = await readContents(opened, path, size);
  const { fields } = contents;
  const names = fields.map(({ name }) => name);
  const found = matchColumns(names, {
    source: path,
    columns: options.columns,
    kind: options.kind,
    values: options.values,
  });
  const candidates = clockCandidates(names, found, (position) => isClockType(fields[position] as ArrowField));
  const reading = { source: { file, contents, options }, file: opened, arrowDictionaries: new Map() };
  const { timestamp, symbol: symbols } = found;
  const mayBe = candidates.filter((position) => mayBeClock(fields[position] as ArrowField));
  const read = [timestamp, found.clock, ...(mayBe.length > 0 ? [symbols, ...mayBe] : [])];
  const sample = await sampleTimes(reading, [...new Set(read.filter((position) => position !== undefined))]);
  const dates = sample.get(timestamp) ?? [];
  const likely = likelyClock({
    source: path,
    names,
    matched: found,
    texts: (position) => sample.get(position),
    options,
  });
  const clock = clockPosition(fields, { timestamp, clock: likely?.position ?? found.clock }, dates, options);
  const texts = { dates, clocks: clock === undefined ? undefined : sample.get(clock) };
  const time = timeColumn(fields, { ...found, clock }, texts, path, options);
  const matched = { ...found, clock: time.clock };
  const projection = project(fields, matched, path, options);
  const symbol = matched.symbol === undefined ? fileSymbol("arrow", path, endings, options) : undefined;
  return { file, contents, projection, time, symbol, options, notes: likely === undefined ? [] : [likely.note] };
}

function notesOf({ time, notes, projection: { leftOut, questions } }: OpenedSource): readonly string[] {
  return [
    ...time.layout.timeNotes,
    ...notes,
    ...questions,
    ...(leftOut.length === 0 ? [] : [`columns left out: ${leftOut.join(", ")}`]),
  ];
}

/**
 * Opens an Arrow IPC file, a Feather file of version 2 or an Arrow stream of bars or ticks as a source of column
 * chunks. Columns are matched by the same names as in CSV files.
 *
 * Times are timestamps of any unit and zone, dates, or numbers and texts that are read as in CSV files; times without a
 * zone are UTC, or in the option `timeZone`. A time of day may have a column of its own beside a column of dates. They
 * become `timestamp[ms]` for bars (finer digits are cut
 * off) and `timestamp[ns]` for ticks. Numbers of any width become float64. A missing volume is NaN; a missing price,
 * time or symbol makes a bad row. The line of a bad row is its number, from 1.
 *
 * Only the columns in use are read, at most 65,536 rows at a time, whatever the size of a record batch. Compressed
 * buffers are decompressed whole, one record batch at a time. `summary().hash` is xxHash64 over the delivered columns,
 * not over the file's bytes.
 *
 * @param path - a regular file
 * @throws ATC_NOT_FOUND; ATC_INVALID_ARGUMENT for a directory or an option out of range; ATC_UNSUPPORTED for a pipe,
 * another format or an unknown compression; ATC_MISSING_PLUGIN for a compressed file without its codec;
 * ATC_INVALID_DATA for a schema without columns for a time and a price; ATC_CORRUPT_DATA for a damaged or cut file;
 * ATC_IO
 */
export async function arrow(path: string, options: ArrowOptions = {}): Promise<DataSource> {
  checkOptions(options);
  const file = await arrowFile(path);
  const opened = await inspect(file, options).catch((error: unknown) => {
    throw damaged(error, path);
  });
  return createDataSource({
    identity: {
      name: path,
      path: file.realPath,
      parts: {
        reader: `@atc/source-arrow/${readerVersion}`,
        ...file.parts,
        options: identifyingOptions(options),
        ...(opened.symbol === undefined ? {} : { symbol: opened.symbol }),
      },
    },
    kind: opened.projection.kind,
    columns: opened.projection.columns,
    notes: notesOf(opened),
    timeIs: opened.time.layout.timeIs,
    read: (reading) => chunksOf(opened, reading),
  });
}
