import { createHash } from "node:crypto";
import type { ChunksOptions, ColumnChunk, DataSource, SourceSummary } from "@atc/contract";
import { AtcError } from "@atc/contract";

/** Sources one after another as one: their columns must be the same. Text columns other than the symbol are left out. */
export function joinSources(sources: readonly DataSource[], names: readonly string[]): DataSource {
  const [first] = sources;
  if (first === undefined) throw new AtcError("ATC_INVALID_ARGUMENT", "there is no source to join");
  const columns = first.columns.filter(({ name, type }) => name === "symbol" || type !== "text");
  for (const source of sources.slice(1)) checkAlike(first, source, columns);
  let summary: SourceSummary | undefined;
  const name = names.length === 1 ? String(names[0]) : `${first.identity.name} and ${sources.length - 1} more`;
  return {
    identity: { name, parts: { files: sources.map(({ identity }) => identity.parts) } },
    kind: first.kind,
    columns,
    chunks: (options: ChunksOptions = {}) => {
      summary = undefined;
      return chunksOf(sources, columns, options, (found) => {
        summary = found;
      });
    },
    summary: () => summary,
    async [Symbol.asyncDispose]() {
      for (const source of sources) await source[Symbol.asyncDispose]();
    },
  };
}

function checkAlike(first: DataSource, source: DataSource, columns: DataSource["columns"]): void {
  const refuse = (what: string): AtcError =>
    new AtcError(
      "ATC_INVALID_DATA",
      `"${source.identity.name}" cannot be read together with "${first.identity.name}": ${what}; ingest them apart, or leave such columns out with --source-option extra=drop`,
      { details: { source: source.identity.name, first: first.identity.name } },
    );
  if (source.kind !== first.kind) throw refuse(`it holds ${source.kind}, the other ${first.kind}`);
  const own = new Map(source.columns.map(({ name, type }) => [name, type]));
  for (const { name, type } of columns)
    if (own.get(name) !== type)
      throw refuse(own.has(name) ? `its "${name}" is of another type` : `it has no "${name}"`);
  const known = new Set(columns.map(({ name }) => name));
  const more = source.columns.find(({ name, type }) => type !== "text" && !known.has(name));
  if (more !== undefined) throw refuse(`the other has no "${more.name}"`);
}

/** The symbols of all sources in one list that grows. */
interface Symbols {
  readonly values: string[];
  readonly indices: Map<string, number>;
}

async function* chunksOf(
  sources: readonly DataSource[],
  columns: DataSource["columns"],
  options: ChunksOptions,
  finished: (summary: SourceSummary) => void,
): AsyncGenerator<ColumnChunk> {
  const symbols: Symbols = { values: [], indices: new Map() };
  const sums = { rows: 0, badRows: 0, bytes: 0 };
  const hashes: string[] = [];
  for (const source of sources) {
    const { rows: before, bytes } = sums;
    const own: ChunksOptions = {
      signal: options.signal,
      onProgress: ({ total: _, ...progress }) => options.onProgress?.({ ...progress, done: bytes + progress.done }),
      onBadRow: (row) => options.onBadRow?.({ ...row, text: `${source.identity.name}: ${row.text}` }),
    };
    const numbers: number[] = [];
    for await (const chunk of source.chunks(own)) yield joined(chunk, columns, symbols, numbers, before);
    const summary = source.summary();
    sums.rows += summary?.rows ?? 0;
    sums.badRows += summary?.badRows ?? 0;
    sums.bytes += summary?.bytes ?? 0;
    hashes.push(summary?.hash ?? "");
  }
  const hash = createHash("sha256").update(hashes.join()).digest("hex").slice(0, 16);
  finished({ ...sums, hash });
}

/** A chunk with its symbols numbered as in the joint list; `numbers` are those of its source, which grow. */
function joined(
  chunk: ColumnChunk,
  columns: DataSource["columns"],
  symbols: Symbols,
  numbers: number[],
  before: number,
): ColumnChunk {
  const { values, indices } = chunk.symbol;
  for (let i = numbers.length; i < values.length; i++) {
    const symbol = values[i] as string;
    const known = symbols.indices.get(symbol) ?? symbols.values.push(symbol) - 1;
    symbols.indices.set(symbol, known);
    numbers.push(known);
  }
  const renumbered = new Int32Array(chunk.length);
  for (let i = 0; i < renumbered.length; i++) renumbered[i] = numbers[indices[i] as number] ?? -1;
  const kept = columns.slice(1).map(({ name }) => [name, chunk.columns[name]] as const);
  return {
    length: chunk.length,
    row: before + chunk.row,
    symbol: { indices: renumbered, values: symbols.values },
    columns: Object.fromEntries(kept) as ColumnChunk["columns"],
  };
}
