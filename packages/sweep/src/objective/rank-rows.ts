import type { Over } from "../space/sweep-definition.ts";
import type { MetricReader, Objective, Requirements } from "./objective.ts";
import { overSymbols } from "./over-symbols.ts";

/** The results of one configuration. */
export interface RankedRow {
  /** The configuration's index in the sweep. */
  readonly index: number;
  /** The metrics of the portfolio. */
  readonly metrics: MetricReader;
  /** The metrics of each symbol, which `over` requires. */
  readonly symbols?: readonly MetricReader[] | undefined;
  /** Why it was not evaluated. */
  readonly error?: string | undefined;
  /** The part of the bars on which it was evaluated. Only evaluations of all bars are ranked. Default: 1. */
  readonly span?: number | undefined;
}

/** How rows are ranked. */
export interface RankOptions {
  /** What is maximised. */
  readonly objective: Objective;
  /** What must be fulfilled. Default: nothing. */
  readonly requirements?: Requirements | undefined;
  /** How the values of symbols become one, for objective and requirements. Default: the portfolio's values count. */
  readonly over?: Over | undefined;
}

/** A row with its place. */
export interface RankedScore {
  /** The configuration's index. */
  readonly index: number;
  /** Its objective. */
  readonly score: number;
}

/** A row without a place. */
export interface ExcludedRow {
  /** The configuration's index. */
  readonly index: number;
  /** Why it has no place. */
  readonly reason: string;
}

/** The rows in order. */
export interface Ranking {
  /** The ranked rows, best first; equal scores keep the order of their indices. */
  readonly ranked: readonly RankedScore[];
  /** The other rows, in the order of their indices. */
  readonly excluded: readonly ExcludedRow[];
  /** Why there is no winner, in a sentence; undefined if there is one. */
  readonly failure: string | undefined;
}

/** A metric of several symbols as one. */
function joinedReader(symbols: readonly MetricReader[], over: Over): MetricReader {
  return (name) =>
    overSymbols(
      symbols.map((read) => read(name) ?? undefined),
      over,
    );
}

/** Reads the metrics that requirements are about. */
function readerOf({ metrics, symbols = [] }: RankedRow, over: Over | undefined): MetricReader {
  return over === undefined ? metrics : joinedReader(symbols, over);
}

function scoreOf({ metrics, symbols = [] }: RankedRow, { objective, over }: RankOptions): number | undefined {
  if (over === undefined) return objective.value(metrics);
  const scores = symbols.map((read) => objective.value(read));
  return overSymbols(scores, over);
}

/** Why a score is missing. */
function missingReason({ metrics, symbols = [] }: RankedRow, { objective, over }: RankOptions): string {
  const readers = over === undefined ? [metrics] : symbols;
  if (readers.length === 0) return `the objective "${objective.text}" is null: there are no symbols`;
  const names = [...new Set(readers.flatMap((read) => objective.missing(read)))];
  const what =
    names.length === 0 ? "it is not finite" : `${names.join(", ")} ${names.length === 1 ? "is" : "are"} null`;
  return `the objective "${objective.text}" is null: ${what}`;
}

/** Why a row has no place, apart from its score. */
function exclusion(row: RankedRow, { requirements, over }: RankOptions): string | undefined {
  if (row.error !== undefined) return row.error;
  if (row.span !== undefined && row.span < 1)
    return `it was evaluated on the first ${Number((row.span * 100).toPrecision(3))} % of the bars only`;
  return requirements?.broken(readerOf(row, over));
}

/** Counts of the reasons, without the values in them, the most frequent first. */
function mostFrequent(excluded: readonly ExcludedRow[]): string {
  const counts = new Map<string, number>();
  for (const { reason } of excluded) {
    const kind = reason.replace(/^("[^"]*" is (?:false|null)): .*$/s, "$1");
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(0, 3);
  return sorted.map(([kind, count]) => `${count} because ${kind}`).join("; ");
}

function failureOf(excluded: readonly ExcludedRow[], nulls: number, { objective }: RankOptions): string {
  if (excluded.length === 0) return "no configuration was evaluated";
  if (nulls === excluded.length)
    return `the objective "${objective.text}" is null for all ${nulls} configurations; choose another one, or more bars`;
  return `none of the ${excluded.length} configurations is ranked: ${mostFrequent(excluded)}`;
}

/**
 * Ranks configurations by their objective, the largest first. Those with an error, of a part of the bars, with a broken
 * requirement or without an objective are listed with the reason.
 */
export function rankRows(rows: Iterable<RankedRow>, options: RankOptions): Ranking {
  const ranked: RankedScore[] = [];
  const excluded: ExcludedRow[] = [];
  let nulls = 0;
  for (const row of rows) {
    const { index } = row;
    const reason = exclusion(row, options);
    const score = reason === undefined ? scoreOf(row, options) : undefined;
    if (score !== undefined) ranked.push({ index, score });
    else {
      if (reason === undefined) nulls++;
      excluded.push({ index, reason: reason ?? missingReason(row, options) });
    }
  }
  ranked.sort((a, b) => b.score - a.score || a.index - b.index);
  excluded.sort((a, b) => a.index - b.index);
  return { ranked, excluded, failure: ranked.length > 0 ? undefined : failureOf(excluded, nulls, options) };
}
