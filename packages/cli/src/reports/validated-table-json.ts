import type { ValidatedTable } from "@atc/runtime/sweeps";
import { validationJson } from "./validation-json.ts";

/** The values of axes by key. */
function keysWith({ axes }: ValidatedTable, values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(axes.flatMap(({ keys }, i) => keys.map((key) => [key, values[i]] as const)));
}

function chosenJson(table: ValidatedTable, column: number): object | null {
  const chosen = table.sample[column];
  return chosen === undefined ? null : { configuration: chosen.configuration, keys: keysWith(table, chosen.values) };
}

function foldsJson(table: ValidatedTable): object | null {
  const { folds } = table;
  if (folds === undefined) return null;
  return {
    sharpePerBar: folds.sharpePerBar,
    totalReturn: folds.totalReturn,
    folds: folds.folds.map(({ chosen, ...one }) => ({ ...one, chosen: chosenJson(table, chosen) })),
  };
}

function pathsJson(table: ValidatedTable): object | null {
  const { paths } = table;
  if (paths === undefined) return null;
  const { meanSharpe, sdSharpe, minSharpe, chosen } = paths;
  return {
    meanSharpePerBar: meanSharpe,
    sdSharpePerBar: sdSharpe ?? null,
    minSharpePerBar: minSharpe,
    paths: paths.paths,
    chosen: chosen.map((column) => chosenJson(table, column)),
  };
}

/** The judgement of a sweep's table as JSON. */
export function validatedTableJson(table: ValidatedTable, seconds: number): object {
  const { path, dataset, objective, best, validation, barsPerYear } = table;
  return {
    table: path,
    dataset,
    objective: objective.text,
    best:
      best === undefined
        ? null
        : { configuration: best.configuration, keys: keysWith(table, best.values), objective: best.score },
    validation: validation === undefined ? null : validationJson(validation),
    barsPerYear: barsPerYear ?? null,
    folds: foldsJson(table),
    paths: pathsJson(table),
    seconds: Number(seconds.toFixed(3)),
  };
}
