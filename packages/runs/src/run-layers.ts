import type { JsonValue } from "@atc/contract";
import { jsonDigest } from "./input-digest.ts";
import type { RunDraft, RunSymbol } from "./stored-run.ts";

/** What may make two runs differ, from the ground up. */
export const runLayers = ["data", "configuration", "code", "platform"] as const;

/** One of {@link runLayers}. */
export type RunLayer = (typeof runLayers)[number];

/** Something that two runs do not share. */
export interface LayerDifference {
  /** The layer that it belongs to. */
  readonly layer: RunLayer;
  /** A symbol, a file, a key, a package, or a part of the platform. */
  readonly what: string;
  /** Its value in the first run; null if it has none. Rows are given by their digests. */
  readonly before: JsonValue;
  /** Its value in the second run. */
  readonly after: JsonValue;
}

/** A run and its symbols. */
export interface RunSide {
  /** The run. */
  readonly run: RunDraft;
  /** Its symbols, in any order. */
  readonly symbols: readonly RunSymbol[];
}

type Values = Readonly<Record<string, JsonValue | undefined>>;

function* changed(layer: RunLayer, before: Values, after: Values): Generator<LayerDifference, void, void> {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const what of [...names].sort((a, b) => (a < b ? -1 : 1))) {
    const [a, b] = [before[what] ?? null, after[what] ?? null];
    if (jsonDigest(a as object) !== jsonDigest(b as object)) yield { layer, what, before: a, after: b };
  }
}

/** Inputs that are rows of files. The others are choices of the caller. */
const fileInputs: ReadonlySet<string> = new Set(["signalsContent", "membersContent", "tableContent"]);

/** The members of nested objects by path, such as `search.objective`. */
function* byPath(path: string, value: JsonValue): Generator<readonly [string, JsonValue]> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) yield [path, value];
  else for (const [name, member] of Object.entries(value)) yield* byPath(`${path}.${name}`, member);
}

function inputsOf({ inputs }: RunDraft, ofFiles: boolean): Values {
  const own = Object.entries(inputs).filter(([name]) => fileInputs.has(name) === ofFiles);
  return Object.fromEntries(own.flatMap(([name, value]) => [...byPath(name, value)]));
}

/** The rows of each symbol: their digest, or their number and the fingerprint of the dataset. */
function rowsOf({ run, symbols }: RunSide): Values {
  const { fingerprint } = run.data;
  return Object.fromEntries(
    symbols.map(({ symbol, content, rows }) => [
      symbol,
      content ?? (rows === 0 ? null : `${rows} rows of ${fingerprint}`),
    ]),
  );
}

function codeOf({ strategy, versions }: RunDraft): Values {
  return { ...versions, "version of the strategy": strategy.version, "code of the strategy": strategy.digest };
}

function platformOf({ platform: { node, os, arch, kernel } }: RunDraft): Values {
  return { node, os, arch, kernel };
}

/**
 * What two runs do not share, in the order of {@link runLayers}. Rows are compared by their digests, so a dataset that
 * was read again with the same rows does not count.
 */
export function layerDifferences(first: RunSide, second: RunSide): readonly LayerDifference[] {
  const [a, b] = [first.run, second.run];
  return [
    ...changed("data", { ...rowsOf(first), ...inputsOf(a, true) }, { ...rowsOf(second), ...inputsOf(b, true) }),
    ...changed(
      "configuration",
      { ...a.config, ...inputsOf(a, false), seed: a.seed, kind: a.kind },
      { ...b.config, ...inputsOf(b, false), seed: b.seed, kind: b.kind },
    ),
    ...changed("code", codeOf(a), codeOf(b)),
    ...changed("platform", platformOf(a), platformOf(b)),
  ];
}
