import { intradayMs } from "./bar-rule.ts";
import type { SymbolBars } from "./dataset-bars.ts";
import type { ResampleOptions, ResolvedResample } from "./resample-options.ts";
import type { SourceSurvey } from "./source-survey.ts";

const hour = 3_600_000;

/** What a run assumes. */
interface Assumed {
  readonly options: ResampleOptions;
  readonly resolved: ResolvedResample;
  readonly survey: SourceSurvey;
  /** The rows of the source. */
  readonly kind: "bars" | "ticks";
  /** Whether the source was made with the session of the options. */
  readonly isSessionApplied: boolean;
}

function rowsOf(count: number): string {
  return count === 1 ? "1 row" : `${count} rows`;
}

/** The sum of a count over all symbols. */
export function sumOf(symbols: readonly SymbolBars[], count: (one: SymbolBars) => number): number {
  return symbols.reduce((total, one) => total + count(one), 0);
}

/** What is assumed, one sentence each without a full stop. */
export function assumptions({ options, resolved, survey, kind, isSessionApplied }: Assumed): readonly string[] {
  const { rule, timeIs, timeZone, session, stamps } = resolved;
  const notes: string[] = [];
  if (rule.by === "ticks" && kind === "bars")
    notes.push(`the rows are bars, so each new bar holds ${rule.amount} bars, not ${rule.amount} ticks`);
  if (timeIs === "date" && options.timeZone !== undefined && options.timeZone !== "UTC")
    notes.push(`the rows are of calendar dates: time zone ${options.timeZone} is not used`);
  if (isSessionApplied) notes.push("the session is not applied again: the bars were made with it");
  const barMs = intradayMs(rule);
  const hasDays = rule.by === "time" && (barMs === undefined || session !== undefined || hour % barMs !== 0);
  if (timeIs === "instant" && hasDays && options.timeZone === undefined)
    notes.push(`days begin at midnight ${timeZone}: no time zone (--time-zone) was given`);
  if (stamps === "end" && options.stamps === undefined)
    notes.push('times are the ends of bars, because the bars were made with label "end"');
  if (rule.by === "time" && survey.shortest > 0 && Number.isNaN(survey.rowMs))
    notes.push(
      "rows have no usual distance, so their length is unknown: it was not checked whether one reaches over the end of a bar",
    );
  return notes;
}

/** The option that keeps the rows outside of the session, if all of them are at its edge; else empty. */
export function stampsAdvice(stamps: "start" | "end", symbols: readonly SymbolBars[]): string {
  const outside = sumOf(symbols, (one) => one.outside);
  if (outside === 0 || sumOf(symbols, (one) => one.atEdge) < outside) return "";
  const edge = stamps === "start" ? "end" : "start";
  const all = outside === 1 ? "it is exactly at" : "all of them are exactly at";
  return `; ${all} its ${edge}: give --stamps ${edge} if times are the ${edge}s of bars`;
}

/** What was left out or belongs to two bars, one sentence each without a full stop. */
export function omissions({ stamps }: ResolvedResample, symbols: readonly SymbolBars[]): readonly string[] {
  const notes: string[] = [];
  const outside = sumOf(symbols, (one) => one.outside);
  const unfinished = sumOf(symbols, (one) => one.unfinished);
  const crossing = sumOf(symbols, (one) => one.crossing);
  if (outside > 0) {
    notes.push(`${rowsOf(outside)} outside of the session dropped${stampsAdvice(stamps, symbols)}`);
  }
  if (unfinished > 0) notes.push(`${rowsOf(unfinished)} dropped, because their last bars are not full`);
  if (crossing > 0) {
    const verb = crossing === 1 ? "reaches" : "reach";
    const [border, place] = stamps === "start" ? ["end", "start"] : ["start", "end"];
    notes.push(`${rowsOf(crossing)} ${verb} over the ${border} of a bar, and count in the bar of their ${place}`);
  }
  return notes;
}
