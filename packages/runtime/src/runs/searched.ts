import type { Period } from "@atc/backtest";
import type { JsonObject, JsonValue } from "@atc/contract";
import type { RunSymbol, StoredRun } from "@atc/runs";
import type { Axis, AxisValue, SweepDefinition } from "@atc/sweep";
import type { RunOrigin } from "../backtest/run-origin.ts";
import { asJson } from "../wiring/config-parts.ts";
import { symbolContents } from "./run-draft.ts";

/** A definition as an input of a run. The order of the axes is named, because digests ignore that of members. */
export function searchJson({ origins: _, ...definition }: SweepDefinition): JsonObject {
  return { ...asJson(definition), axes: Object.keys(definition.grid) };
}

/** The definition that a run has stored. */
function definitionOf({ inputs }: StoredRun): SweepDefinition {
  const { axes: _, ...definition } = inputs["search"] as JsonObject;
  return definition as unknown as SweepDefinition;
}

/** What a stored search or judgement was asked for, as options. */
export function searchOptionsOf(run: StoredRun): {
  readonly definition: SweepDefinition;
  readonly symbols?: readonly string[];
  readonly period?: Period;
} {
  const symbols = run.inputs["symbols"] as readonly string[] | undefined;
  const period = run.inputs["period"] as { readonly from: number | null; readonly to: number | null } | undefined;
  return {
    definition: definitionOf(run),
    ...(symbols === undefined ? {} : { symbols }),
    ...(period === undefined ? {} : { period: { from: period.from ?? undefined, to: period.to ?? undefined } }),
  };
}

/** Whether a run judges the table of a sweep. */
export function judgesTable({ kind, inputs }: Pick<StoredRun, "kind" | "inputs">): boolean {
  return kind === "validation" && inputs["table"] !== undefined;
}

/** The seed that every search has, whether it draws or only judges. */
export function seedOf({ sample }: SweepDefinition): number {
  return sample?.seed ?? 1;
}

/** The symbols of a search, which have rows, but no figures of their own. */
export function searchedSymbols({ manifest, symbols }: RunOrigin): readonly RunSymbol[] {
  const contentOf = symbolContents(manifest);
  return symbols.map((symbol) => ({ symbol, ...contentOf(symbol), digests: {}, metrics: null }));
}

/** The values of axes by key. */
export function keysWith(axes: readonly Axis[], values: readonly AxisValue[]): JsonObject {
  return Object.fromEntries(axes.flatMap(({ keys }, axis) => keys.map((key) => [key, values[axis] as JsonValue])));
}
