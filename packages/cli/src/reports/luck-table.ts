import { printableLine } from "@atc/plugin-kit";
import type { BacktestValidation, CostSensitivity } from "@atc/runtime/validation";
import { withFlags } from "../process/flag-words.ts";
import { counted, integer, percent, ratio } from "../text/number-format.ts";
import { painted, type Screen } from "../text/screen.ts";
import { type TextColumn, wrapped } from "../text/text-table.ts";
import { bootstrapLines, unsigned } from "./bootstrap-lines.ts";
import { indentedLines, indentedTable, levelTable } from "./level-table.ts";

type Tests = BacktestValidation["tests"];

/** A test for people: its question, its answer, and its figures. */
interface TestLines {
  readonly title: string;
  readonly question: string;
  /** What decides, and whether it passes; undefined for a test that decides nothing. */
  readonly result: string | undefined;
  readonly lines: readonly string[];
}

function probability(p: number): string {
  return p < 0.0001 ? p.toExponential(1) : String(Number(p.toPrecision(2)));
}

function judged(passes: boolean, text: string): string {
  return `${text}: ${passes ? "passes" : "fails"}`;
}

function entryLines({ randomEntry }: Tests, width: number): TestLines {
  const about = { title: "Random entries", question: "would the same trades, entered at random, have done as well?" };
  if (randomEntry === undefined) return { ...about, result: "no result: no trade is closed", lines: [] };
  const { p, totalReturn, quantiles, trades, jointSpread } = randomEntry;
  const wider =
    jointSpread > 1 ? [`widened ${ratio(Math.sqrt(jointSpread))} times, because the symbols move together`] : [];
  return {
    ...about,
    result: judged(p <= 0.025, `p ${probability(p)} (at most 0.025)`),
    lines: [
      ...indentedLines(
        `${counted(trades, "trade")} ${trades === 1 ? "comes" : "come"} to ${percent(totalReturn)} at full size, without stops and financing`,
        width,
      ),
      ...levelTable([["return", quantiles, percent]], width),
      ...wider.flatMap((line) => indentedLines(line, width)),
    ],
  };
}

function returnLines({ bootstrap }: Tests, width: number): TestLines {
  const about = { title: "Bootstrap of bar returns", question: "could returns without a gain look like these?" };
  if (bootstrap === undefined)
    return { ...about, result: "no result: fewer than 3 bar returns, or equity that is not above 0", lines: [] };
  const { p } = bootstrap;
  return {
    ...about,
    result: judged(p <= 0.05, `p ${probability(p)} (at most 0.05)`),
    lines: bootstrapLines(bootstrap, width),
  };
}

function breakEvenText({ breakEven, breakEvenAbove, totalReturn }: CostSensitivity): string {
  if (breakEven === undefined)
    return (totalReturn[0] ?? 0) > 0
      ? "no result: it trades without costs"
      : "no result: it gains nothing without costs";
  const factor = breakEvenAbove ? `above ${breakEven}` : String(Number(breakEven.toPrecision(3)));
  return judged(breakEven >= 2, `nothing is left at ${factor} times its costs (at least 2)`);
}

/** Without costs, with these, and with twice these, which decide: a narrow screen has no others. */
const shownFactors: readonly number[] = [0, 1, 2];

function costLines({ costs }: Tests, width: number): TestLines {
  const about = { title: "Costs", question: "what is left if trading costs more?" };
  if (costs === undefined) return { ...about, result: "no result: no account", lines: [] };
  const { multipliers, totalReturn } = costs;
  const columns: readonly TextColumn[] = [
    { title: "costs times", align: "left" },
    ...multipliers.map(
      (factor): TextColumn => ({
        title: String(factor),
        align: "right",
        ...(shownFactors.includes(factor) ? {} : { fold: 1 }),
      }),
    ),
  ];
  return {
    ...about,
    result: breakEvenText(costs),
    lines: indentedTable(columns, [["total return", ...totalReturn.map((value) => percent(value))]], width),
  };
}

function tradeLines({ bootstrapTrades, permutedTrades }: Tests, width: number): TestLines {
  const about = {
    title: "Monte Carlo of trades",
    question: "how else could these trades have gone?",
    result: undefined,
  };
  if (bootstrapTrades === undefined || permutedTrades === undefined)
    return { ...about, result: "no result: no trade is closed", lines: [] };
  const { compound, probabilityOfLoss, probabilityOfRuin, finalEquity, maxDrawdown } = bootstrapTrades;
  return {
    ...about,
    lines: [
      ...levelTable(
        [
          ["drawn again: final equity", finalEquity, integer],
          ["drawn again: max drawdown", maxDrawdown, unsigned],
          ["reordered: max drawdown", permutedTrades.maxDrawdown, unsigned],
        ],
        width,
      ),
      ...indentedLines(
        `drawn again, ${unsigned(probabilityOfLoss)} lose money, and ${unsigned(probabilityOfRuin)} are ruined${compound ? "" : "; profits add up"}`,
        width,
      ),
    ],
  };
}

function testText({ title, question, result, lines }: TestLines, screen: Screen): readonly string[] {
  const width = screen.width ?? Number.POSITIVE_INFINITY;
  return [
    "",
    ...wrapped(`${title}: ${question}`, "", width, "  ").map((line) => painted(line, "heading", screen)),
    ...(result === undefined ? [] : indentedLines(result, width)),
    ...lines,
  ];
}

/** The symbols that were left out, the first ones with their reasons. */
function skippedLines({ report: { skipped } }: BacktestValidation, width: number): readonly string[] {
  if (skipped.length === 0) return [];
  const shown = skipped.slice(0, 6);
  const more = skipped.length > shown.length ? [`  and ${skipped.length - shown.length} more (--json lists all)`] : [];
  return [
    "",
    `Skipped (${skipped.length}):`,
    ...shown.flatMap(({ symbol, reason }) =>
      wrapped(withFlags(printableLine(`${symbol}: ${reason}`)), "  ", width, "    "),
    ),
    ...more,
  ];
}

/** A backtest, judged, for people. */
export function luckTable(validation: BacktestValidation, screen: Screen): string {
  const { report, tests, verdict, samples, seed } = validation;
  const width = screen.width ?? Number.POSITIVE_INFINITY;
  const { portfolio, data } = report;
  const figures =
    portfolio === null
      ? "no symbol could be computed"
      : `total return ${percent(portfolio.totalReturn)}, Sharpe ratio ${ratio(portfolio.sharpe)}, ${counted(Number(portfolio.trades), "trade")}`;
  const all = [entryLines, returnLines, costLines, tradeLines].map((lines) => lines(tests, width));
  const sentence = `${verdict.sentence.charAt(0).toUpperCase()}${verdict.sentence.slice(1)}.`;
  const style = verdict.survives ? "heading" : "warning";
  return [
    ...wrapped(printableLine(`${data.path}: ${figures}`), "", width, "  "),
    ...wrapped(`${counted(samples, "sample")} of each test, seed ${seed}`, "", width, "  "),
    ...skippedLines(validation, width),
    ...(portfolio === null ? [] : all.flatMap((test) => testText(test, screen))),
    "",
    ...wrapped(sentence, "", width).map((line) => painted(line, style, screen)),
    ...wrapped(`Rule: ${verdict.rule}.`, "", width),
  ].join("\n");
}
