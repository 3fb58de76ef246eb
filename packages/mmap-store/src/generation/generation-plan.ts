import { join } from "node:path";
import type { DatasetSchema, JsonObject } from "@atc/contract";
import type { HeldLock } from "../lock/dataset-lock.ts";
import { contentOf } from "../manifest/dataset-content.ts";
import { formatVersion } from "../manifest/manifest.ts";
import { segmentFile } from "../manifest/segment-name.ts";
import type { SeriesPart } from "../manifest/series-part.ts";
import type { StoredManifest, StoredPart, StoredSeries } from "../manifest/stored-manifest.ts";
import { bySymbol, type SegmentPlan } from "../segment/segment-plan.ts";
import type { GenerationFiles } from "./generation-files.ts";
import type { RetainedSegments } from "./retained-segments.ts";

/** A generation before its rows are written. */
export interface GenerationPlan extends DatasetSchema {
  readonly fingerprint: string;
  /** The attributes of the manifest, unless `publish` gets others. */
  readonly attributes: JsonObject;
  /** What the times are, unless `publish` says otherwise. */
  readonly timeIs: StoredManifest["timeIs"];
  /** The series that may be written: all of their rows, and how many of these stay from the previous generation. */
  readonly series: readonly { readonly symbol: string; readonly rows: number; readonly kept: number }[];
  /** What stays from the previous generation. */
  readonly retained: RetainedSegments;
  /** The segments to write. */
  readonly written: SegmentPlan;
  /** The bytes of the manifest that it extends; undefined if it replaces the dataset. */
  readonly base: Uint8Array | undefined;
}

/** The directory of a locked dataset. */
export interface LockedDirectory {
  readonly directory: string;
  readonly lock: HeldLock;
}

/** The path of a new temporary directory of the locked dataset. Does not create it. */
export function temporaryDirectory({ directory, lock }: LockedDirectory): string {
  return join(directory, `.tmp-${lock.token}-${lock.nextSerial()}`);
}

/** The manifest of a generation whose files are written. */
export function storedManifest(
  plan: GenerationPlan,
  files: GenerationFiles,
  generation: number,
  { attributes, timeIs }: Pick<GenerationPlan, "attributes" | "timeIs">,
): StoredManifest {
  const { segments, parts } = plan.retained;
  const written = files.parts();
  const symbols = [...new Set([...parts.keys(), ...written.keys()])].sort(bySymbol);
  const partsOf = (symbol: string): StoredPart[] => {
    const moved = (written.get(symbol) ?? []).map((part) => ({ ...part, segment: part.segment + segments.length }));
    return [...(parts.get(symbol) ?? []), ...moved].sort((a, b) => a.seriesRow - b.seriesRow).map(storedPart);
  };
  const series = withContent(
    plan,
    symbols.map((symbol) => ({ symbol, parts: partsOf(symbol) })),
  );
  return {
    format: "atc-dataset",
    formatVersion,
    generation,
    createdAt: Date.now(),
    kind: plan.kind,
    columns: plan.columns.map(({ name, type }) => ({ name, type })),
    fingerprint: plan.fingerprint,
    ...(series.content === undefined ? {} : { content: series.content }),
    ...(timeIs === "date" ? { timeIs } : {}),
    attributes,
    segments: [...segments, ...files.segments((index) => segmentFile(generation, index))],
    series: series.series,
  };
}

/** The series with their content. If any part has no checksums, there is no content, and all checksums are dropped. */
function withContent(
  schema: DatasetSchema,
  series: readonly StoredSeries[],
): { readonly series: readonly StoredSeries[]; readonly content: string | undefined } {
  const content = contentOf(schema, series);
  if (content !== undefined) return { series, content };
  const bare = series.map(({ symbol, parts }) => ({ symbol, parts: parts.map(({ crc32: _, ...part }) => part) }));
  return { series: bare, content };
}

function storedPart({ seriesRow: _, ...part }: SeriesPart): StoredPart {
  return part;
}
