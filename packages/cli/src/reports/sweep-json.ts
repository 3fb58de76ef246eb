import type { ShownTable, SweepDefinition, SweepOutcome } from "@atc/runtime/sweeps";
import { validationJson } from "./validation-json.ts";

/** What the report depends on besides the outcome. */
interface SweepJsonOptions {
  readonly definition: SweepDefinition;
  readonly seconds: number;
  readonly config: object;
}

/** A number as JSON has it. */
function figure(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** The names of the keys of an axis with one value. */
function keysWith(axes: ShownTable["axes"], values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(axes.flatMap(({ keys }, i) => keys.map((key) => [key, values[i]] as const)));
}

/** The best configurations as JSON. */
function bestJson({ axes, metrics, best }: Pick<ShownTable, "axes" | "metrics" | "best">): readonly object[] {
  return best.map(({ configuration, values, score, metrics: figures }) => ({
    configuration,
    keys: keysWith(axes, values),
    objective: score,
    metrics: Object.fromEntries(metrics.map((name, i) => [name, figure(figures[i])])),
  }));
}

/** The table of an earlier sweep as JSON. */
export function shownJson(table: ShownTable): object {
  const { path, description, rows, evaluations, objective, requirements, over, ranked, excluded, failed } = table;
  return {
    table: path,
    sweep: description ?? null,
    rows,
    evaluations,
    objective: objective.text,
    require: requirements?.text ?? null,
    over: over ?? null,
    ranked,
    excluded,
    failed,
    best: bestJson(table),
  };
}

/** A sweep as JSON. */
export function sweepJson(outcome: SweepOutcome, { definition, seconds, config }: SweepJsonOptions): object {
  const { axes, map } = outcome;
  const { origins: _, ...search } = definition;
  return {
    config,
    data: { path: outcome.path, dataset: outcome.dataset, symbols: outcome.symbols.length },
    search: { ...search, objective: outcome.objective.text },
    space: {
      size: outcome.size === undefined ? null : String(outcome.size),
      axes: axes.map(({ name, keys, size }) => ({ name, keys, size: size ?? null })),
    },
    evaluations: outcome.evaluations,
    computed: outcome.computed,
    cached: outcome.cached,
    ranked: outcome.ranked,
    excluded: outcome.excluded,
    failed: outcome.failed,
    leftOut: outcome.leftOut,
    best: bestJson(outcome),
    map:
      map === undefined
        ? null
        : {
            columns: { axis: map.axes[0].name, cells: map.labels[0] },
            rows: { axis: map.axes[1].name, cells: map.labels[1] },
            objective: Array.from(map.scores, figure),
          },
    validation: outcome.validation === undefined ? null : validationJson(outcome.validation),
    notes: outcome.notes,
    isComplete: outcome.isComplete,
    seconds: Number(seconds.toFixed(3)),
  };
}
