import type { MetricName } from "@atc/backtest";
import { AtcError } from "@atc/contract";
import {
  type Axis,
  type Objective,
  type Over,
  parseObjective,
  parseRequirements,
  type Requirements,
  type SweepDefinition,
} from "@atc/sweep";
import {
  type ExclusionCount,
  type LeadingResult,
  type LeadingResultsOptions,
  leadingResults,
} from "../leading-results.ts";
import type { SweepDescription } from "../sweep-description.ts";
import { readSweepTable, type SweepTable } from "./sweep-table.ts";
import type { TableEvaluation } from "./table-evaluations.ts";
import type { TableReading } from "./table-rows.ts";

/** How a table is ranked again. */
export interface ShowTableOptions {
  /**
   * What is maximised. Without any of it, the table is ranked as its sweep ranked it, if it says so; without an
   * objective, the sweep's objective is maximised.
   */
  readonly definition: Pick<SweepDefinition, "objective" | "require" | "over" | "origins">;
  /** The number of best configurations. Default: 10. */
  readonly top?: number;
}

/** A table of an earlier sweep, ranked. */
export interface ShownTable {
  /** The file as it was named. */
  readonly path: string;
  /** What the sweep was; undefined if the file does not say it. */
  readonly description: SweepDescription | undefined;
  /** Number of rows. */
  readonly rows: number;
  /** The number of evaluations. */
  readonly evaluations: number;
  /** The swept keys. Those that are tied have a column each. */
  readonly axes: readonly Pick<Axis, "name" | "keys" | "kind">[];
  /** What is maximised. */
  readonly objective: Objective;
  /** What is required. */
  readonly requirements: Requirements | undefined;
  /** How the values of symbols become one; undefined if the portfolio's values count. */
  readonly over: Over | undefined;
  /** The metrics of the table, in order. */
  readonly metrics: readonly MetricName[];
  /** The best configurations, best first. */
  readonly best: readonly LeadingResult[];
  /** The number of configurations with a place. */
  readonly ranked: number;
  /** Configurations without a place, by reason. */
  readonly excluded: readonly ExclusionCount[];
  /** Configurations with an error, by message. */
  readonly failed: readonly ExclusionCount[];
}

function checkMetrics({ path, metrics }: SweepTable, wanted: readonly MetricName[]): void {
  const missing = wanted.find((name) => !metrics.includes(name));
  if (missing === undefined) return;
  throw refuse(
    path,
    `has no metric "${missing}", only ${metrics.join(", ")}; sweep again with --metrics ${missing} to add it`,
  );
}

function refuse(path: string, what: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `"${path}" ${what}`, { details: { path } });
}

/** How a table is ranked: as asked for, else as its sweep ranked it. */
function rankingOf(
  { path, description, symbols }: SweepTable,
  { objective, require, over, origins }: ShowTableOptions["definition"],
): Required<Pick<LeadingResultsOptions, "objective" | "requirements" | "over">> {
  const swept: ShowTableOptions["definition"] = description?.definition ?? {};
  const isAgain = objective === undefined && require === undefined && over === undefined;
  if (isAgain && swept.over !== undefined && symbols.length === 0)
    throw refuse(
      path,
      `was ranked by the ${swept.over} of its symbols, which have no rows; give --objective to rank by portfolios, or sweep again with --by-symbol`,
    );
  if (over !== undefined && symbols.length === 0)
    throw refuse(path, `has no rows of symbols, which "${over}" needs; sweep again with --by-symbol`);
  const given = isAgain
    ? swept
    : { ...(require === undefined ? {} : { require }), ...(origins === undefined ? {} : { origins }) };
  const maximised = objective ?? swept.objective;
  return {
    objective: parseObjective(maximised, origins?.["objective"]),
    requirements: parseRequirements(given),
    over: isAgain ? swept.over : over,
  };
}

/** The keys of a table and the kinds of their values. */
function axesOf({ keys, columns, description }: SweepTable): ShownTable["axes"] {
  const base: Readonly<Record<string, unknown>> = { ...description?.signals, ...description?.backtest };
  return keys.map((name) => {
    const isText = columns.some((column) => column.name === name && column.type === "text");
    const isBoolean = typeof base[name] === "boolean";
    return { name, keys: [name], kind: isText ? "text" : isBoolean ? "boolean" : "number" };
  });
}

/** An evaluation with true and false for the keys that have them. */
function shownValues(axes: ShownTable["axes"], values: TableEvaluation["values"]): TableEvaluation["values"] {
  return values.map((value, i) => (axes[i]?.kind === "boolean" ? value === 1 : value));
}

/**
 * Ranks the table of an earlier sweep.
 *
 * @throws what `readSweepTable` throws; ATC_INVALID_ARGUMENT for metrics and rows of symbols that it lacks
 */
export async function showSweepTable(
  reading: TableReading,
  path: string,
  { definition, top = 10 }: ShowTableOptions,
): Promise<ShownTable> {
  await using table = await readSweepTable(reading, path);
  const { metrics, symbols, description } = table;
  const ranking = rankingOf(table, definition);
  const { objective, requirements, over } = ranking;
  checkMetrics(table, [...objective.terms.map(({ metric }) => metric), ...(requirements?.metrics ?? [])]);
  const leaders = leadingResults({
    ...ranking,
    metrics,
    symbols: over === undefined ? 0 : symbols.length,
    most: top,
  });
  const axes = axesOf(table);
  let evaluations = 0;
  for await (const batch of table.evaluations())
    for (const one of batch) {
      evaluations++;
      leaders.add(
        { ...one, values: shownValues(axes, one.values) },
        {
          portfolio: one.metrics,
          symbols: one.symbols,
          ...(one.error === undefined ? {} : { fault: { code: "ATC_INVALID_DATA", message: one.error } }),
        },
      );
    }
  return {
    path,
    description,
    rows: evaluations * (1 + symbols.length),
    evaluations,
    axes,
    objective,
    requirements,
    over,
    metrics,
    best: leaders.best,
    ranked: leaders.ranked,
    excluded: leaders.excluded,
    failed: leaders.failed,
  };
}
