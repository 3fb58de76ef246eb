import { type MetricName, metricTable } from "@atc/runtime";
import type { ShownTable, SweepOutcome } from "@atc/runtime/sweeps";
import { counted, integer, percent, ratio } from "../text/number-format.ts";
import { painted, type Screen } from "../text/screen.ts";
import { type TextColumn, textTable, wrapped } from "../text/text-table.ts";
import { scoreMapLines } from "./score-map-lines.ts";

/** What the table depends on besides the outcome. */
interface SweepTableOptions {
  readonly screen: Screen;
  readonly seconds: number;
}

/** The most reasons and symbols that are listed; `--json` has all of them. */
const mostLines = 6;

/** A metric for people. */
function metricText(name: MetricName, value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "-";
  const { unit, better } = metricTable[name];
  switch (unit) {
    case "part":
    case "part a year":
      // Only gains and losses have a sign.
      return better === "+" ? percent(value) : percent(value).replace("+", "");
    case "count":
    case "bars":
      return integer(value);
    default:
      return Math.abs(value) >= 1000 ? integer(value) : ratio(value);
  }
}

/** A value of an axis for people. */
function axisText(value: unknown): string {
  return typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value);
}

/** What a table of the best configurations needs. */
type RankedConfigurations = Pick<ShownTable, "axes" | "metrics" | "best" | "objective">;

function rankingTable({ axes, metrics, best, objective }: RankedConfigurations, screen: Screen): string {
  const isMetric = objective.terms.length === 1 && objective.terms[0]?.weight === 1;
  const columns: TextColumn[] = [
    { title: "#", align: "right" },
    ...axes.map(({ name, kind }): TextColumn => ({ title: name, align: kind === "text" ? "left" : "right" })),
    ...(isMetric ? [] : [{ title: "objective", align: "right" } as const]),
    ...metrics.map((name, i): TextColumn => ({ title: name, align: "right", fold: metrics.length - i })),
    { title: "configuration", align: "right", fold: 0 },
  ];
  const rows = best.map(({ configuration, values, score, metrics: figures }, place) => [
    String(place + 1),
    ...values.map(axisText),
    ...(isMetric ? [] : [String(Number(score.toPrecision(5)))]),
    ...metrics.map((name, i) => metricText(name, figures[i])),
    String(configuration),
  ]);
  return textTable(columns, rows, screen);
}

function reasonLines(title: string, list: SweepOutcome["excluded"]): readonly string[] {
  if (list.length === 0) return [];
  const total = list.reduce((sum, { configurations }) => sum + configurations, 0);
  const more = list.length > mostLines ? [`  and ${list.length - mostLines} more reasons (--json lists all)`] : [];
  const lines = list.slice(0, mostLines).map(({ reason, configurations }) => `  ${integer(configurations)}: ${reason}`);
  return ["", `${title} (${integer(total)}):`, ...lines, ...more];
}

function leftOutLines({ leftOut }: SweepOutcome): readonly string[] {
  if (leftOut.length === 0) return [];
  const lines = leftOut
    .slice(0, mostLines)
    .map(
      ({ symbol, reason, configurations }) => `  ${symbol}, by ${counted(configurations, "configuration")}: ${reason}`,
    );
  const more = leftOut.length > mostLines ? [`  and ${leftOut.length - mostLines} more (--json lists all)`] : [];
  return ["", `Symbols left out (${integer(leftOut.length)}):`, ...lines, ...more];
}

/** What the best of many means, in a sentence. */
function warningOf({ evaluations, ranked }: Pick<ShownTable, "evaluations" | "ranked">): string {
  if (ranked < 2) return "";
  return `The best of ${integer(evaluations)} tries looks better than it is: some configurations are lucky on these bars. Test it on bars that this sweep did not see, such as with atc backtest --from after a sweep --to, before you trust it.`;
}

/** The best configurations for people, and what became of the others. */
export function sweepTable(outcome: SweepOutcome, { screen, seconds }: SweepTableOptions): string {
  const { path, symbols, evaluations, computed, cached, ranked, objective, requirements, map } = outcome;
  const width = screen.width ?? Number.POSITIVE_INFINITY;
  const found = ranked === 0 ? "no configuration has a place" : rankingTable(outcome, screen);
  const required = requirements === undefined ? "" : ` with ${requirements.text}`;
  const text = [
    ...wrapped(
      `${path}: ${counted(symbols.length, "symbol")}, ${counted(evaluations, "evaluation")}; maximises ${objective.text}${required}`,
      "",
      width,
    ),
    "",
    found,
    ...(map === undefined || ranked === 0 ? [] : ["", ...scoreMapLines(map, objective.text, screen)]),
    ...reasonLines("Excluded", outcome.excluded),
    ...reasonLines("Failed", outcome.failed),
    ...leftOutLines(outcome),
    "",
    ...outcome.notes.flatMap((note) => wrapped(`note: ${note}`, "", width, "  ")),
    ...(ranked < 2 ? [] : wrapped(warningOf(outcome), "", width, "").map((line) => painted(line, "warning", screen))),
    `${integer(computed)} computed, ${integer(cached)} from the cache, in ${seconds.toFixed(2)} s`,
  ];
  return text.join("\n");
}

/** The best configurations of an earlier sweep's table, for people. */
export function shownTable(table: ShownTable, screen: Screen): string {
  const width = screen.width ?? Number.POSITIVE_INFINITY;
  const required = table.requirements === undefined ? "" : ` with ${table.requirements.text}`;
  const what = `${table.path}: ${counted(table.evaluations, "evaluation")}; maximises ${table.objective.text}${required}`;
  return [
    ...wrapped(what, "", width),
    "",
    table.ranked === 0 ? "no configuration has a place" : rankingTable(table, screen),
    ...reasonLines("Excluded", table.excluded),
    ...reasonLines("Failed", table.failed),
    ...(table.ranked < 2 ? [] : ["", ...wrapped(warningOf(table), "", width, "")]),
  ].join("\n");
}
