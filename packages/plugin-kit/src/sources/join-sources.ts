import type { ChunksOptions, ColumnChunk, ColumnMetadata, DataSource, SourceSummary } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { chunkJoiner, type JointTexts } from "../chunks/chunk-joiner.ts";
import { createNoteLog } from "./reading-notes.ts";
import { createDataSource, type SourceReading } from "./source-frame.ts";
import { type OverlapFinder, overlapFinder } from "./source-overlaps.ts";

/** Options of {@link joinSources}. */
export interface JoinOptions {
  /** The name of the joint source, for messages. */
  readonly name: string;
}

/**
 * Joins sources into one that reads them in the given order. All sources must have the same kind and the same prices.
 * A volume or another number that some sources lack is NaN there, and a text is missing. `summary().overlaps` reports
 * rows of one symbol and time that two sources share; all of them are delivered. Disposal disposes the sources.
 *
 * @throws ATC_INVALID_ARGUMENT without sources; ATC_INVALID_DATA if kinds or prices of two sources differ
 */
export function joinSources(sources: readonly DataSource[], { name }: JoinOptions): DataSource {
  const [first] = sources;
  if (first === undefined) throw new AtcError("ATC_INVALID_ARGUMENT", "there are no sources to join; give one or more");
  for (const source of sources) checkAlike(first, source);
  const columns = jointColumns(sources);
  return createDataSource({
    identity: { name, parts: { files: sources.map(({ identity }) => identity.parts) } },
    kind: first.kind,
    columns,
    notes: jointNotes(sources),
    ...(isAlike(first.columnOrigins, sources) ? { columnOrigins: first.columnOrigins } : {}),
    timeIs: sources.every(({ timeIs }) => timeIs === "date") ? "date" : "instant",
    read: (reading) => chunksOf({ sources, columns, kind: first.kind }, reading),
    close: async () => {
      for (const source of sources) await source[Symbol.asyncDispose]();
    },
  });
}

/** Whether all sources have the columns of the first from the same columns. */
function isAlike(origins: DataSource["columnOrigins"], sources: readonly DataSource[]): origins is readonly string[] {
  return origins !== undefined && sources.every((source) => String(source.columnOrigins) === String(origins));
}

const prices: readonly string[] = ["open", "high", "low", "close"];

function checkAlike(first: DataSource, source: DataSource): void {
  const refuse = (what: string): AtcError =>
    new AtcError(
      "ATC_INVALID_DATA",
      `"${source.identity.name}" cannot be read together with "${first.identity.name}": ${what}; read them separately, or map their columns to the same names with the option columns`,
      { details: { source: source.identity.name, first: first.identity.name } },
    );
  if (source.kind !== first.kind) throw refuse(`it holds ${source.kind}, the other ${first.kind}`);
  const own = new Map(source.columns.map((column) => [column.name, column.type]));
  const known = new Map(first.columns.map((column) => [column.name, column.type]));
  for (const price of prices)
    if (own.has(price) !== known.has(price)) throw refuse(`${own.has(price) ? "the other" : "it"} has no "${price}"`);
  for (const [column, type] of own)
    if ((known.get(column) ?? type) !== type)
      throw refuse(`its "${column}" is ${type}, the other's ${known.get(column)}`);
}

/** The notes of all sources, each once, with the file unless all sources have it. */
function jointNotes(sources: readonly DataSource[]): readonly string[] {
  const files = new Map<string, string[]>();
  for (const { notes = [], identity } of sources)
    for (const note of notes) {
      const names = files.get(note);
      if (names === undefined) files.set(note, [identity.name]);
      else names.push(identity.name);
    }
  return [...files].map(([note, names]) => {
    if (names.length === sources.length) return note;
    return `${note} (${names[0]}${names.length > 1 ? ` and ${names.length - 1} more` : ""})`;
  });
}

/** The columns of all sources: canonical ones first, each once. */
function jointColumns(sources: readonly DataSource[]): readonly ColumnMetadata[] {
  const found = new Map<string, ColumnMetadata>();
  for (const { columns } of sources)
    for (const column of columns) if (!found.has(column.name)) found.set(column.name, column);
  const canonical = ["symbol", "timestamp", ...prices, "volume"].flatMap((name) => found.get(name) ?? []);
  return [...canonical, ...[...found.values()].filter((column) => !canonical.includes(column))];
}

interface Joining {
  readonly sources: readonly DataSource[];
  readonly columns: readonly ColumnMetadata[];
  readonly kind: DataSource["kind"];
}

async function* chunksOf(
  { sources, columns, kind }: Joining,
  { signal, onBadRow, check, report }: SourceReading,
): AsyncGenerator<ColumnChunk, SourceSummary, undefined> {
  const texts = new Map(
    columns
      .filter(({ type }) => type === "text")
      .map(({ name }) => [name, { values: [], indices: new Map() } as JointTexts]),
  );
  const finder: OverlapFinder = overlapFinder(kind);
  const sums = { rows: 0, badRows: 0, bytes: 0 };
  const hashes: string[] = [];
  const log = createNoteLog();
  const total = totalBytes(sources);
  for (const [part, source] of sources.entries()) {
    check();
    const { rows, bytes } = sums;
    const { name: file } = source.identity;
    const own: ChunksOptions = {
      signal,
      onBadRow: (row) => onBadRow?.({ file, ...row }),
      onProgress: ({ total: _, ...progress }) => {
        if (progress.unit !== "bytes") return;
        const done = bytes + progress.done;
        report({
          ...progress,
          done,
          rows: rows + (progress.rows ?? 0),
          ...(total === undefined ? {} : { total: Math.max(total, done) }),
        });
      },
    };
    const joinChunk = chunkJoiner(columns, texts);
    for await (const chunk of source.chunks(own)) {
      check();
      const joined = joinChunk(chunk, rows + chunk.row);
      finder.add(part, joined);
      yield joined;
    }
    const summary = source.summary();
    sums.rows += summary?.rows ?? 0;
    sums.badRows += summary?.badRows ?? 0;
    sums.bytes += summary?.bytes ?? 0;
    hashes.push(summary?.hash ?? "");
    log.add(summary?.notes, sources.length > 1 ? { file } : {});
  }
  report({ done: sums.bytes, total: sums.bytes, unit: "bytes", rows: sums.rows });
  const overlaps = finder.overlaps(sources.map(({ identity }) => identity.name));
  const notes = log.notes();
  return {
    ...sums,
    hash: hashOf(hashes),
    ...(overlaps.length === 0 ? {} : { overlaps }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

/** Bytes of all sources, if all sizes are known. */
function totalBytes(sources: readonly DataSource[]): number | undefined {
  let total = 0;
  for (const { identity } of sources) {
    const size = identity.parts["size"];
    if (typeof size !== "number") return undefined;
    total += size;
  }
  return total;
}

/** FNV-1a of 64 bits over hashes of parts. */
function hashOf(hashes: readonly string[]): string {
  let hash = 0xcbf29ce484222325n;
  for (const character of hashes.join())
    hash = BigInt.asUintN(64, (hash ^ BigInt(character.charCodeAt(0))) * 0x100000001b3n);
  return hash.toString(16).padStart(16, "0");
}
