import { printableLine } from "@atc/plugin-kit";
import type { ShownTable, SweepOutcome } from "@atc/runtime/sweeps";
import { counted, integer } from "../text/number-format.ts";
import { painted, type Screen } from "../text/screen.ts";
import { type TextColumn, textTable, wrapped } from "../text/text-table.ts";
import { metricText } from "./metric-text.ts";
import { scoreMapLines } from "./score-map-lines.ts";
import { validationLines } from "./validation-lines.ts";

/** What the table depends on besides the outcome. */
interface SweepTableOptions {
  readonly screen: Screen;
  readonly seconds: number;
  /** What the objective is of, if not of the portfolio. */
  readonly over: string | undefined;
}

/** The figures that an objective is computed from, after its name. */
export function overText(over: string | undefined): string {
  return over === undefined ? "" : `, the ${over} of the symbols`;
}

/** The most reasons and symbols that are listed; `--json` has all of them. */
const mostLines = 6;

/** A value of an axis for people. */
export function axisText(value: unknown): string {
  return typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value);
}

/** What a table of the best configurations needs. */
type RankedConfigurations = Pick<ShownTable, "axes" | "metrics" | "best" | "objective">;

/** The best configurations, a row each. */
export function rankingTable({ axes, metrics, best, objective }: RankedConfigurations, screen: Screen): string {
  // The objective needs a column of its own unless a metric is equal to it: it can be that of the symbols (`over`).
  const ranking = (metrics as readonly string[]).indexOf(objective.text);
  const isMetric = ranking >= 0 && best.every(({ score, metrics: figures }) => figures[ranking] === score);
  const columns: TextColumn[] = [
    { title: "#", align: "right" },
    ...axes.map(({ name, kind }): TextColumn => ({ title: name, align: kind === "text" ? "left" : "right" })),
    ...(isMetric ? [] : [{ title: "objective", align: "right" } as const]),
    // The metric that orders the rows is never left out.
    ...metrics.map(
      (name, i): TextColumn => ({
        title: name,
        align: "right",
        ...(isMetric && i === ranking ? {} : { fold: metrics.length - i }),
      }),
    ),
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

/** A line for people below a heading. Symbols and reasons may have control characters, which are replaced. */
function itemLines(line: string, { width }: Screen): readonly string[] {
  return wrapped(`  ${printableLine(line)}`, "", width ?? Number.POSITIVE_INFINITY, "    ");
}

/** Reasons with their counts; nothing without any. */
export function reasonLines(title: string, list: SweepOutcome["excluded"], screen: Screen): readonly string[] {
  if (list.length === 0) return [];
  const total = list.reduce((sum, { configurations }) => sum + configurations, 0);
  const more = list.length > mostLines ? [`  and ${list.length - mostLines} more reasons (--json lists all)`] : [];
  const lines = list
    .slice(0, mostLines)
    .flatMap(({ reason, configurations }) => itemLines(`${integer(configurations)}: ${reason}`, screen));
  return ["", `${title} (${integer(total)}):`, ...lines, ...more];
}

function leftOutLines({ leftOut }: SweepOutcome, screen: Screen): readonly string[] {
  if (leftOut.length === 0) return [];
  const lines = leftOut
    .slice(0, mostLines)
    .flatMap(({ symbol, reason, configurations }) =>
      itemLines(`${symbol}, by ${counted(configurations, "configuration")}: ${reason}`, screen),
    );
  const more = leftOut.length > mostLines ? [`  and ${leftOut.length - mostLines} more (--json lists all)`] : [];
  return ["", `Symbols left out (${integer(leftOut.length)}):`, ...lines, ...more];
}

/** What the best of many means, in a sentence. */
export function warningOf({ evaluations, ranked }: Pick<ShownTable, "evaluations" | "ranked">): string {
  if (ranked < 2) return "";
  return `The best of ${integer(evaluations)} tries looks better than it is: some configurations are lucky on these bars. Test it on bars that this sweep did not see, such as with atc backtest --from after a sweep --to, before you trust it.`;
}

/** The part of the time that the judgement took. */
function judgedText({ validation }: SweepOutcome): string {
  return validation === undefined ? "" : `, ${validation.seconds.toFixed(2)} s of it for the judgement`;
}

/** The best configurations for people, and what became of the others. */
export function sweepTable(outcome: SweepOutcome, { screen, seconds, over }: SweepTableOptions): string {
  const { path, symbols, evaluations, computed, cached, ranked, objective, requirements, map } = outcome;
  const width = screen.width ?? Number.POSITIVE_INFINITY;
  const found = ranked === 0 ? "no configuration could be ranked" : rankingTable(outcome, screen);
  const required = requirements === undefined ? "" : ` with ${requirements.text}`;
  const text = [
    ...wrapped(
      printableLine(
        `${path}: ${counted(symbols.length, "symbol")}, ${counted(evaluations, "evaluation")}; maximises ${objective.text}${overText(over)}${required}`,
      ),
      "",
      width,
    ),
    "",
    found,
    ...(map === undefined || ranked === 0 ? [] : ["", ...scoreMapLines(map, objective.text, screen)]),
    ...reasonLines("Excluded", outcome.excluded, screen),
    ...reasonLines("Failed", outcome.failed, screen),
    ...leftOutLines(outcome, screen),
    ...(outcome.validation === undefined ? [] : ["", ...validationLines(outcome.validation, screen)]),
    "",
    ...outcome.notes.flatMap((note) => wrapped(`note: ${printableLine(note)}`, "", width, "  ")),
    ...(ranked < 2 ? [] : wrapped(warningOf(outcome), "", width, "").map((line) => painted(line, "warning", screen))),
    `${integer(computed)} computed, ${integer(cached)} from the cache, in ${seconds.toFixed(2)} s${judgedText(outcome)}`,
  ];
  return text.join("\n");
}
