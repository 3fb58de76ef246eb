import { printableLine } from "@atc/plugin-kit";
import type { ReturnBootstrap, WalkForwardOutcome, WalkForwardStep } from "@atc/runtime/sweeps";
import { counted, integer, percent, ratio, share, timeText } from "../text/number-format.ts";
import { painted, type Screen } from "../text/screen.ts";
import { type TextColumn, textTable, wrapped } from "../text/text-table.ts";
import { bootstrapLines } from "./bootstrap-lines.ts";
import { overText } from "./sweep-table.ts";
import { testedReturn, walkForwardSummary } from "./walk-forward-summary.ts";

/** What the report depends on besides the outcome. */
interface WalkForwardTableOptions {
  readonly screen: Screen;
  readonly seconds: number;
  /** What the objective is of, if not of the portfolio. */
  readonly over: string | undefined;
  /** The returns of the account over all tests, drawn again. */
  readonly monteCarlo: ReturnBootstrap | undefined;
}

/** The most reasons and symbols that are listed; `--json` has all of them. */
const mostLines = 6;

/** A time in ms for people. */
export function dayText(ms: number): string {
  return timeText(new Date(ms).toISOString());
}

/** The lengths of windows for people. */
export function lengthsText({ lengths }: Pick<WalkForwardOutcome, "lengths">): string {
  const { train, test, step, anchored, gap, warmup } = lengths;
  const parts = [
    anchored
      ? `${counted(train, "bar")} or more of training, from the first bar on`
      : `${counted(train, "bar")} of training`,
    `${integer(test)} of test`,
    ...(step === test ? [] : [`every ${counted(step, "bar")}`]),
    ...(gap === 0 ? [] : [`a gap of ${counted(gap, "bar")}`]),
    ...(warmup === "all" ? [] : [`a warm-up of ${counted(warmup, "bar")}`]),
  ];
  return parts.join(", ");
}

function valueText(value: unknown): string {
  if (value === undefined) return "-";
  return typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value);
}

function scoreText(value: number | undefined): string {
  if (value === undefined) return "-";
  return Math.abs(value) >= 1000 ? integer(value) : ratio(value);
}

function windowTable({ windows, axes, metrics, objective }: WalkForwardOutcome, screen: Screen): string {
  const gain = metrics.indexOf("totalReturn");
  const title = objective.text.length <= 12 ? objective.text : "objective";
  const columns: TextColumn[] = [
    { title: "#", align: "right" },
    { title: "test from", align: "left", isWhole: true },
    { title: "to", align: "left", isWhole: true, fold: 2 },
    ...axes.map(({ name }): TextColumn => ({ title: name, align: "right", fold: 4 })),
    { title: `${title} in`, align: "right" },
    { title: `${title} out`, align: "right" },
    { title: "return", align: "right" },
    { title: "efficiency", align: "right", fold: 1 },
    { title: "rank corr.", align: "right", fold: 3 },
  ];
  const rows = windows.map(({ test, choice, outOfSample, efficiency, rankCorrelation }: WalkForwardStep, window) => [
    String(window + 1),
    dayText(test.from),
    dayText(test.to),
    ...axes.map((_, axis) => valueText(choice?.values[axis])),
    scoreText(choice?.inSample),
    scoreText(choice?.outOfSample),
    choice === undefined ? "flat" : percent(outOfSample[gain]),
    ratio(efficiency),
    ratio(rankCorrelation),
  ]);
  return textTable(columns, rows, screen);
}

/** The account over all tests, beside buying and holding. */
function accountText(outcome: WalkForwardOutcome): string {
  const { stitched, unstitched, windows } = outcome;
  const gain = percent(testedReturn(outcome));
  if (stitched === undefined)
    return `out of sample: ${gain}, compounded from an account per window that begins in cash; there is no account over all of them, because ${unstitched}`;
  const { sharpe, maxDrawdown, trades, buyAndHold } = stitched.metrics;
  const drawdown = percent(maxDrawdown).replace("+", "");
  return `out of sample: ${gain} by one account over ${counted(windows.length, "test")}; sharpe ${ratio(sharpe)}, maxDrawdown ${drawdown}, ${counted(trades, "trade")}; buy and hold: ${percent(buyAndHold)}`;
}

function figureLines(outcome: WalkForwardOutcome): readonly string[] {
  const { windows, efficiency, consistency, rankCorrelation, compared, drift } = outcome;
  const gained = Math.round((consistency ?? 0) * windows.length);
  return [
    accountText(outcome),
    `efficiency: ${ratio(efficiency)} (mean bar return in the tests / in training)`,
    `consistency: ${gained} of ${counted(windows.length, "test")} gained`,
    `rank correlation: ${ratio(rankCorrelation)} (1: training orders ${counted(compared, "configuration")} like the tests; 0: it says nothing)`,
    ...drift.map(({ name, values, changes, distance }) => {
      const moved = distance === undefined ? "" : `, by ${share(distance)} of its range on average`;
      return `${name}: ${counted(values, "value")} chosen, ${counted(changes, "change")}${moved}`;
    }),
  ];
}

/** What the account over all tests might have come to; nothing without an account. */
function sampleLines(
  { stitched }: WalkForwardOutcome,
  monteCarlo: ReturnBootstrap | undefined,
  width: number,
): readonly string[] {
  if (stitched === undefined) return [];
  if (monteCarlo === undefined)
    return [
      "",
      ...wrapped(
        "Monte Carlo: no result: fewer than 3 or more than 2,000,000 bar returns, or equity that is not above 0",
        "",
        width,
        "  ",
      ),
    ];
  const { samples, seed } = monteCarlo;
  const title = `Monte Carlo: the account's bar returns drawn again, ${counted(samples, "sample")}, seed ${seed}`;
  return ["", ...wrapped(title, "", width, "  "), ...bootstrapLines(monteCarlo, width)];
}

function reasonLines(title: string, list: WalkForwardOutcome["failed"]): readonly string[] {
  if (list.length === 0) return [];
  const more = list.length > mostLines ? [`  and ${list.length - mostLines} more reasons (--json lists all)`] : [];
  return [
    "",
    `${title}:`,
    ...list.slice(0, mostLines).map(({ reason, configurations }) => `  ${integer(configurations)}: ${reason}`),
    ...more,
  ];
}

function flatLines({ windows }: WalkForwardOutcome): readonly string[] {
  const flat = windows.flatMap(({ choice, excluded }, window) => (choice === undefined ? [{ window, excluded }] : []));
  const [first] = flat;
  if (first === undefined) return [];
  const which = flat.length === 1 ? `window ${first.window + 1} is` : `${counted(flat.length, "window")} are`;
  const [reason] = first.excluded;
  return ["", `${which} flat${reason === undefined ? "" : `, because ${reason.reason}`}`];
}

function leftOutLines({ leftOut }: WalkForwardOutcome): readonly string[] {
  if (leftOut.length === 0) return [];
  const lines = leftOut.slice(0, mostLines).map(({ symbol, reason }) => `  ${symbol}: ${reason}`);
  const more = leftOut.length > mostLines ? [`  and ${leftOut.length - mostLines} more (--json lists all)`] : [];
  return ["", `Symbols left out of a window or more (${integer(leftOut.length)}):`, ...lines, ...more];
}

/** The windows of a walk-forward for people, and what they mean. */
export function walkForwardTable(
  outcome: WalkForwardOutcome,
  { screen, seconds, over, monteCarlo }: WalkForwardTableOptions,
): string {
  const { path, symbols, bars, windows, evaluations, computed, cached, objective, requirements } = outcome;
  const width = screen.width ?? Number.POSITIVE_INFINITY;
  const required = requirements === undefined ? "" : ` with ${requirements.text}`;
  const title = `${path}: ${counted(symbols.length, "symbol")}, ${counted(bars, "bar")}; ${counted(windows.length, "window")}: ${lengthsText(outcome)}; ${counted(evaluations, "configuration")}; maximises ${objective.text}${overText(over)}${required}`;
  const text = [
    ...wrapped(printableLine(title), "", width),
    ...(windows.length === 0
      ? []
      : [
          "",
          windowTable(outcome, screen),
          "",
          ...figureLines(outcome).flatMap((line) => wrapped(printableLine(line), "", width, "  ")),
          ...sampleLines(outcome, monteCarlo, width),
        ]),
    ...[...flatLines(outcome), ...reasonLines("Failed", outcome.failed), ...leftOutLines(outcome)].flatMap((line) =>
      wrapped(printableLine(line), "", width, "  "),
    ),
    "",
    ...outcome.notes.flatMap((note) => wrapped(printableLine(`note: ${note}`), "", width, "  ")),
    ...wrapped(walkForwardSummary(outcome), "", width, "").map((line) => painted(line, "warning", screen)),
    `${integer(computed)} computed, ${integer(cached)} from the cache, in ${seconds.toFixed(2)} s`,
  ];
  return text.join("\n");
}
