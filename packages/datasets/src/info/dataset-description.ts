import type { ArrayStore, DatasetManifest, RowKind } from "@atc/contract";
import { sourceNameOf } from "./dataset-source.ts";

/** A dataset in a list. If its manifest cannot be read, it has `name` and `problem` only. */
export interface DatasetDescription {
  /** The name in the store. */
  readonly name: string;
  /** Whether its rows are bars or ticks. */
  readonly kind?: RowKind;
  /** Rows of all symbols. */
  readonly rows?: number;
  /** Number of symbols. */
  readonly symbols?: number;
  /** Bytes of all segments. */
  readonly bytes?: number;
  /** The first time, ISO 8601 in UTC. */
  readonly start?: string;
  /** The last time, ISO 8601 in UTC. */
  readonly end?: string;
  /** The file or the source that it was read from. */
  readonly source?: string;
  /** Why it cannot be read. */
  readonly problem?: string;
}

/** Describes a dataset by its manifest. A damaged dataset gives a description with `problem`, not an error. */
export async function describeDataset(store: ArrayStore, name: string): Promise<DatasetDescription> {
  try {
    const manifest = await store.find(name);
    if (manifest === undefined) return { name, problem: "it was deleted just now" };
    const source = sourceNameOf(manifest);
    return {
      name,
      kind: manifest.schema.kind,
      rows: manifest.rows,
      symbols: manifest.series.length,
      bytes: manifest.bytes,
      ...spanOf(manifest),
      ...(source === undefined ? {} : { source }),
    };
  } catch (error) {
    return { name, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** A time of a dataset, ISO 8601 in UTC to the millisecond; undefined if it is outside the range of `Date`. */
function isoOf(time: bigint, kind: RowKind): string | undefined {
  const ms = Number(kind === "ticks" ? time / 1_000_000n : time);
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : undefined;
}

/** The first and the last time of all series. */
function spanOf({ series, schema: { kind } }: DatasetManifest): { readonly start?: string; readonly end?: string } {
  const one = series.at(0);
  if (one === undefined) return {};
  let { firstTime: first, lastTime: last } = one;
  for (const { firstTime, lastTime } of series) {
    if (firstTime < first) first = firstTime;
    if (lastTime > last) last = lastTime;
  }
  const start = isoOf(first, kind);
  const end = isoOf(last, kind);
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}
