import type { ColumnChunk, DataSource, SlicedSource } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { AdjustedSlices } from "./adjusted-slices.ts";
import { aliasForm } from "./column-aliases.ts";
import { type ChunkAdjuster, chunkAdjuster, columnsAfterAdjustment, isAdjustedClose } from "./price-adjustment.ts";

/** Part of the identity of adjusted sources. Increase it if equal rows give other values than before. */
const adjustmentVersion = 1;

/** Options of {@link adjustedSource}. */
export interface AdjustedSourceOptions {
  /** The column of adjusted closes. Default: the one whose name is that of an adjusted close. */
  readonly column?: string | undefined;
  /** Those of open, high, low and volume that are adjusted already, and so are not scaled. Default: none. */
  readonly kept?: readonly string[] | undefined;
}

/**
 * Scales the rows of a source of bars to its adjusted closes: open, high and low by the factor adjusted close / close,
 * and the volume by the inverse. The adjusted close replaces the close and is not a column any more. A row whose close
 * or adjusted close is missing, zero or negative has neither prices nor a volume (NaN). Disposal disposes the source.
 *
 * @throws ATC_INVALID_ARGUMENT if the source holds ticks, or has no column of adjusted closes or several
 */
export function adjustedSource(source: DataSource, options: AdjustedSourceOptions = {}): DataSource {
  const adjusted = adjustedColumn(source, options.column);
  const { kept = [] } = options;
  const { identity, columns, notes = [], columnOrigins, timeIs } = source;
  const own = { column: adjusted, version: adjustmentVersion, ...(kept.length === 0 ? {} : { kept: [...kept] }) };
  const already = kept.length === 0 ? "" : `; ${kept.join(", ")} ${kept.length === 1 ? "is" : "are"} adjusted already`;
  return {
    identity: { ...identity, parts: { ...identity.parts, adjusted: own } },
    kind: source.kind,
    columns: columnsAfterAdjustment(columns, adjusted),
    notes: [...notes, `prices and volume are scaled to the column "${adjusted}"${already}`],
    ...(columnOrigins === undefined ? {} : { columnOrigins }),
    ...(timeIs === undefined ? {} : { timeIs }),
    chunks: (reading) => adjustedChunks(source.chunks(reading), chunkAdjuster(adjusted, kept)),
    ...(source.slices && {
      slices: async (cut) => adjustedSlices(await source.slices?.(cut), adjusted, kept),
    }),
    summary: () => source.summary(),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

/** The names of a source's columns of numbers that hold adjusted closes. */
export function adjustedColumns({ columns }: Pick<DataSource, "columns">): readonly string[] {
  return columns.filter(({ name, type }) => type !== "text" && isAdjustedClose(name)).map(({ name }) => name);
}

function adjustedColumn(source: DataSource, wanted: string | undefined): string {
  const { identity, columns, kind } = source;
  const refuse = (what: string): AtcError =>
    new AtcError("ATC_INVALID_ARGUMENT", `"${identity.name}" cannot be adjusted: ${what}`, {
      details: { source: identity.name, option: "adjust" },
    });
  if (kind !== "bars") throw refuse(`it holds ${kind}, and only bars have adjusted closes`);
  const form = wanted === undefined ? undefined : aliasForm(wanted);
  const names = columns.filter(({ type }) => type !== "text").map(({ name }) => name);
  const found = form === undefined ? adjustedColumns(source) : names.filter((name) => aliasForm(name) === form);
  const [column] = found;
  if (column === undefined)
    throw refuse(`it has no column of adjusted closes such as "Adj Close"; its columns are ${names.join(", ")}`);
  if (found.length > 1)
    throw refuse(
      `it has several adjusted closes: ${found.join(", ")}; name one with columns.close (--columns "close=${column}")`,
    );
  return column;
}

async function* adjustedChunks(chunks: AsyncIterable<ColumnChunk>, adjust: ChunkAdjuster): AsyncGenerator<ColumnChunk> {
  for await (const chunk of chunks) yield adjust(chunk);
}

function adjustedSlices(
  sliced: SlicedSource | undefined,
  adjusted: string,
  kept: readonly string[],
): SlicedSource | undefined {
  if (sliced === undefined) return undefined;
  const input: AdjustedSlices = { module: sliced.module, input: sliced.input, adjusted, kept };
  // By name, as threads need the compiled module, even if this one runs as source.
  return { ...sliced, module: import.meta.resolve("@atc/plugin-kit/adjusted-slices"), input };
}
