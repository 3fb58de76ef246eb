import type { JsonObject, JsonValue } from "@atc/contract";
import type { StoredRun } from "@atc/runs";
import type { AxisDefinition, RangeDefinition, SweepDefinition } from "@atc/sweep";
import { searchOptionsOf } from "./searched.ts";

/** The values of an axis as the text of `--grid`. */
function axisText(axis: AxisDefinition): string {
  if (typeof axis !== "object") return String(axis);
  if (!("from" in axis)) return axis.map(String).join(",");
  const { from, to, step, scale } = axis as RangeDefinition;
  const ending = step === undefined ? scale : String(step);
  return `${from}..${to}${ending === undefined ? "" : `:${ending}`}`;
}

/** An option that has a value, in two words; none without one. */
function option(name: string, value: JsonValue | undefined): readonly string[] {
  return value === undefined || value === null ? [] : [`--${name}`, String(value)];
}

function listed(name: string, value: string | readonly string[] | undefined): readonly string[] {
  const texts = typeof value === "string" ? [value] : (value ?? []);
  return texts.flatMap((text) => [`--${name}`, text]);
}

/** What is searched, as options. Fixed keys have none. */
function searchWords({ grid, tie, where, require, sample, objective, over, metrics }: SweepDefinition): string[] {
  const method = sample?.method ?? (sample?.count === undefined ? undefined : "random");
  return [
    ...Object.entries(grid).flatMap(([key, axis]) => ["--grid", `${key}=${axisText(axis)}`]),
    ...(tie ?? []).flatMap((keys) => ["--tie", typeof keys === "string" ? keys : keys.join(",")]),
    ...listed("where", where),
    ...listed("require", require),
    ...(method === undefined || method === "grid" ? [] : option(method, sample?.count)),
    ...option("seed", sample?.seed),
    ...option("objective", objective),
    ...option("over", over),
    ...option("metrics", metrics?.join(",")),
  ];
}

const windowFlags = ["train", "test", "step", "gap", "warmup"] as const;

function windowWords(windows: JsonObject): readonly string[] {
  return [
    ...windowFlags.flatMap((name) => option(name, windows[name])),
    ...option("windows", windows["count"]),
    ...(windows["anchored"] === true ? ["--anchored"] : []),
    ...(windows["partial"] === true ? ["--partial"] : []),
  ];
}

function validationWords({ data, inputs, seed }: StoredRun): readonly string[] {
  const { table, folds, luck } = inputs as {
    readonly table?: string;
    readonly folds?: JsonObject;
    readonly luck?: JsonObject;
  };
  if (table === undefined)
    return [
      data.dataset,
      ...(["samples", "block", "ruin"] as const).flatMap((name) => option(name, luck?.[name])),
      ...option("seed", seed),
    ];
  const paths = folds?.["paths"] as { readonly groups: number; readonly tests: number } | null | undefined;
  return [
    table,
    ...(["folds", "purge", "embargo"] as const).flatMap((name) => option(name, folds?.[name])),
    ...option("paths", paths == null ? undefined : `${paths.groups},${paths.tests}`),
    ...option("seed", seed),
  ];
}

/**
 * The words of the command that computes a run again, without symbols and period.
 *
 * @param space - the file that has the definition of a search; undefined for options
 */
export function commandWords(run: StoredRun, space: string | undefined): readonly string[] {
  const { kind, data, inputs } = run;
  if (kind === "backtest") return ["atc", "backtest", data.dataset];
  if (kind === "validation") return ["atc", "validate", ...validationWords(run)];
  const search = space === undefined ? searchWords(searchOptionsOf(run).definition) : ["--space", space];
  if (kind === "walk-forward")
    return ["atc", "walk-forward", data.dataset, ...search, ...windowWords(inputs["windows"] as JsonObject)];
  return [
    "atc",
    "sweep",
    data.dataset,
    ...search,
    ...(inputs["bySymbol"] === true ? ["--by-symbol", "-o", "table.arrow"] : []),
    ...(inputs["validate"] === false ? ["--no-validate"] : []),
  ];
}
