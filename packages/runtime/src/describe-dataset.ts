import type { ArrayStore, RowKind } from "@atc/contract";
import { ingestReport } from "@atc/ingest";
import { sourcePathOf } from "./data.ts";

/** A dataset in a list. Only `name` and `problem` are there where its manifest cannot be read. */
export interface DatasetDescription {
  /** The name. */
  readonly name: string;
  /** What a row is. */
  readonly kind?: RowKind;
  /** Rows of all symbols. */
  readonly rows?: number;
  /** Symbols. */
  readonly symbols?: number;
  /** Bytes of all segments. */
  readonly bytes?: number;
  /** The first time, ISO 8601 in UTC. */
  readonly start?: string;
  /** The last time, ISO 8601 in UTC. */
  readonly end?: string;
  /** The file it was read from. */
  readonly source?: string;
  /** Why it cannot be read. */
  readonly problem?: string;
}

/** Describes a dataset by its manifest; a damaged one is described, not thrown. */
export async function describeDataset(store: ArrayStore, name: string): Promise<DatasetDescription> {
  try {
    const manifest = await store.find(name);
    if (manifest === undefined) return { name, problem: "it was deleted just now" };
    const report = ingestReport(manifest);
    const source = sourcePathOf(manifest);
    return {
      name,
      kind: manifest.schema.kind,
      rows: manifest.rows,
      symbols: manifest.series.length,
      bytes: manifest.bytes,
      ...(report === undefined ? {} : { start: report.firstTime, end: report.lastTime }),
      ...(source === undefined ? {} : { source }),
    };
  } catch (error) {
    return { name, problem: error instanceof Error ? error.message : String(error) };
  }
}
