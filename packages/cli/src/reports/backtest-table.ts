import { printableLine } from "@atc/plugin-kit";
import {
  type BacktestReport,
  type DatasetNote,
  lossWarning,
  type MetricName,
  type Metrics,
  metricNames,
} from "@atc/runtime";
import { withFlags } from "../process/flag-words.ts";
import { counted, integer, percent, ratio, share } from "../text/number-format.ts";
import { painted, plainScreen, type Screen } from "../text/screen.ts";
import type { TextColumn } from "../text/text-table.ts";
import { textTable, wrapped } from "../text/text-table.ts";
import { changedSettings } from "./changed-settings.ts";

/** The most symbols in the table; `--json` has all of them. */
const mostSymbols = 100;
/** The most warnings in the table. */
const mostWarnings = 12;
/** The most names of files in the headline. */
const mostNames = 3;
/** Columns of a note, if the screen has no narrower limit. */
const noteWidth = 80;
const mostLinesPerNote = 4;
const mostNoteLines = 20;

/** The order in which columns are left out of a table that is wider than the terminal: the first word goes first. */
const foldOrder = ["fees", "PF", "won", "Sortino", "CAGR", "bars", "exposure", "before costs", "trades", "max DD"];

const headings: readonly TextColumn[] = [
  { title: "", align: "left" },
  ...[
    "bars",
    "return",
    "before costs",
    "buy & hold",
    "CAGR",
    "Sharpe",
    "Sortino",
    "max DD",
    "exposure",
    "trades",
    "won",
    "PF",
    "fees",
  ].map((title): TextColumn => {
    const fold = foldOrder.indexOf(title) + 1;
    return { title, align: "right", ...(fold === 0 ? {} : { fold }) };
  }),
];

function row(name: string, metrics: Metrics): readonly string[] {
  return [
    name,
    integer(metrics.bars),
    percent(metrics.totalReturn),
    percent(metrics.grossReturn),
    percent(metrics.buyAndHold),
    percent(metrics.cagr),
    ratio(metrics.sharpe),
    ratio(metrics.sortino),
    percent(metrics.maxDrawdown === null ? null : -metrics.maxDrawdown),
    share(metrics.exposure),
    integer(metrics.trades),
    share(metrics.winRate),
    ratio(metrics.profitFactor),
    integer(metrics.fees),
  ];
}

/** Columns of the contributions to a shared account. */
const contributionHeadings: readonly TextColumn[] = [
  { title: "", align: "left" },
  ...["bars", "buy & hold", "exposure", "trades", "won", "fees", "slippage", "profit", "contribution"].map(
    (title): TextColumn => {
      const fold = ["slippage", "bars", "won", "buy & hold", "fees"].indexOf(title) + 1;
      return { title, align: "right", ...(fold === 0 ? {} : { fold }) };
    },
  ),
];

function contributionRow(one: NonNullable<BacktestReport["contributions"]>[number]): readonly string[] {
  return [
    one.symbol,
    integer(one.bars),
    percent(one.buyAndHold),
    share(one.exposure),
    integer(one.trades),
    share(one.winRate),
    integer(one.fees),
    integer(one.slippage),
    integer(one.profit),
    percent(one.contribution, 2),
  ];
}

/** The most symbols in the table of further metrics. */
const mostMetricSymbols = 5;

/** A figure of the metric table as it is printed: its shortest text of six significant digits. */
function figureText(value: unknown): string {
  if (typeof value !== "number") return typeof value === "string" ? value : "-";
  return String(Number(value.toPrecision(6)));
}

/** The table of the metrics that were asked for: a row for each, the portfolio and the first symbols beside it. */
function metricTableText(
  { portfolio, symbols }: BacktestReport,
  asked: readonly MetricName[] | "all",
  screen: Screen,
): readonly string[] {
  const wanted = asked === "all" ? metricNames : asked;
  if (wanted.length === 0 || portfolio === null) return [];
  const shown = symbols.slice(0, mostMetricSymbols);
  const accounts: readonly Metrics[] = [portfolio, ...shown];
  const columns: readonly TextColumn[] = [
    { title: "metric", align: "left" },
    { title: "portfolio", align: "right" },
    ...shown.map(({ symbol }, place): TextColumn => ({ title: symbol, align: "right", fold: shown.length - place })),
  ];
  const rows = wanted.map((name) => [name, ...accounts.map((account) => figureText(account[name as keyof Metrics]))]);
  const rest = symbols.length - shown.length;
  return [
    "",
    textTable(columns, rows, screen),
    ...(rest > 0 ? [`and ${integer(rest)} more symbols (--json lists all)`] : []),
  ];
}

/** Names of symbols with the same warning. */
function names(symbols: readonly string[]): string {
  return symbols.length <= 4 ? symbols.join(", ") : `${symbols.slice(0, 3).join(", ")} and ${symbols.length - 3} more`;
}

/** A line for people that fits the screen. */
function fitted(text: string, indent: string, { width }: Screen): readonly string[] {
  return wrapped(withFlags(printableLine(text)), indent, width ?? Number.POSITIVE_INFINITY);
}

function warningLines(report: BacktestReport, screen: Screen): readonly string[] {
  const symbolsByWarning = new Map<string, string[]>();
  const accounts = [
    ...(report.portfolio?.warnings ?? []).map((warning) => ({ symbol: "portfolio", warnings: [warning] })),
    ...report.symbols,
    ...(report.contributions ?? []),
  ];
  for (const { symbol, warnings } of accounts) {
    for (const warning of warnings) {
      const symbols = symbolsByWarning.get(warning);
      if (symbols === undefined) symbolsByWarning.set(warning, [symbol]);
      else symbols.push(symbol);
    }
  }
  const isLoss = (warning: string): number => (warning.startsWith(lossWarning) ? 1 : 0);
  const all = [...symbolsByWarning]
    .sort(([a, ofA], [b, ofB]) => isLoss(b) - isLoss(a) || ofB.length - ofA.length)
    .map(([warning, symbols]) => `${names(symbols)}: ${warning}`);
  if (all.length === 0) return [];
  const shown = all.slice(0, mostWarnings).flatMap((text) => fitted(text, "  ", screen));
  const more = all.length > mostWarnings ? [`  and ${all.length - mostWarnings} more (--json lists all)`] : [];
  return ["", ...["Warnings:", ...shown, ...more].map((line) => painted(line, "warning", screen))];
}

function skippedLines(report: BacktestReport, screen: Screen): readonly string[] {
  // A fault of the strategy is often that of every symbol, in a text that differs by the symbol alone.
  const alike = new Map<string, { readonly reason: string; readonly symbols: string[] }>();
  for (const { symbol, reason } of report.skipped) {
    const key = reason.replaceAll(`symbol "${symbol}"`, "symbol");
    const group = alike.get(key);
    if (group === undefined) alike.set(key, { reason, symbols: [symbol] });
    else group.symbols.push(symbol);
  }
  const all = [...alike.values()].map(({ reason, symbols }) => `${names(symbols)}: ${reason}`);
  if (all.length === 0) return [];
  const more = all.length > mostWarnings ? [`  and ${all.length - mostWarnings} more (--json lists all)`] : [];
  const shown = all.slice(0, mostWarnings).flatMap((text) => fitted(text, "  ", screen));
  return [
    "",
    ...[`Skipped (${report.skipped.length}):`, ...shown, ...more].map((line) => painted(line, "warning", screen)),
  ];
}

/**
 * What to know about the data. Notes are wrapped at 80 columns, or at those of a narrower screen; the least important
 * ones are left out if they do not fit.
 */
function noteLines(notes: readonly DatasetNote[], dataset: string, screen: Screen): readonly string[] {
  if (notes.length === 0) return [];
  const shown: string[] = [];
  let count = 0;
  for (const { text } of notes) {
    const lines = wrapped(withFlags(printableLine(text)), "  ", Math.min(noteWidth, screen.width ?? noteWidth));
    const cut = lines.slice(0, mostLinesPerNote);
    if (lines.length > cut.length) cut.push("    ...");
    if (shown.length + cut.length > mostNoteLines) break;
    shown.push(...cut);
    count++;
  }
  const rest = notes.length - count;
  const more = rest > 0 ? [`  and ${rest} more; atc data info ${printableLine(dataset)} lists them`] : [];
  return ["", painted("What to know:", "heading", screen), ...shown, ...more];
}

/** Symbols in the line of the best and the worst. */
const mostExtremes = 3;

/** The best and the worst symbols by return; nothing for a few, which the table shows at a glance. */
function extremeLines({ symbols }: BacktestReport, screen: Screen): readonly string[] {
  const byReturn = symbols.filter((one) => one.totalReturn !== null);
  if (byReturn.length <= 2 * mostExtremes) return [];
  byReturn.sort((a, b) => Number(b.totalReturn) - Number(a.totalReturn));
  const list = (some: typeof byReturn): string =>
    some.map(({ symbol, totalReturn }) => `${symbol} ${percent(totalReturn)}`).join(", ");
  const lines = [
    `best:  ${list(byReturn.slice(0, mostExtremes))}`,
    `worst: ${list(byReturn.slice(-mostExtremes).reverse())}`,
  ];
  return ["", ...lines.flatMap((line) => fitted(line, "", screen))];
}

/** What the user asked for, and how it is shown. */
export interface BacktestTableOptions {
  readonly screen?: Screen;
  /** The data as the user named it. */
  readonly given?: readonly string[];
  /** The chosen symbols; undefined for all. */
  readonly symbols?: readonly string[] | undefined;
  /** The metrics that are listed below the table. */
  readonly metrics?: readonly MetricName[] | "all" | undefined;
}

/** The data as the user named it, and the file behind it if that is another name. */
function dataText(path: string, given: readonly string[]): string {
  const [only] = given;
  if (given.length > 1) {
    const more = given.length > mostNames ? ` and ${given.length - mostNames} more` : "";
    return `${given.slice(0, mostNames).join(", ")}${more}`;
  }
  return only === undefined || only === path ? path : `${only} (${path})`;
}

/** What was run: the data, the period, the symbols, the costs, and every other setting that is not the default. */
function title(
  { portfolio, config, data, period, symbols, contributions = [] }: BacktestReport,
  { given = [], symbols: chosen }: Omit<BacktestTableOptions, "screen">,
): string {
  const span =
    portfolio === null ? "" : `${String(portfolio.start).slice(0, 10)} to ${String(portfolio.end).slice(0, 10)}, `;
  const bars = [...symbols, ...contributions].reduce((sum, one) => sum + one.bars, 0);
  // The span is that of the period, so the rows before it do not count.
  const isPart = portfolio !== null && (period !== undefined || config["limit"] !== null) && bars < data.rows;
  const rows = isPart ? `${integer(bars)} of ${counted(data.rows, "row")}` : counted(data.rows, "row");
  const amount =
    chosen === undefined
      ? `${rows}, ${counted(data.symbols, "symbol")}`
      : `${integer(new Set(chosen).size)} of ${counted(data.symbols, "symbol")} (${names(chosen)}), ${counted(bars, "bar")}`;
  const { feeBps, slippageBps } = config;
  const costs = `fee ${String(feeBps)} bps, slippage ${String(slippageBps)} bps`;
  const others = changedSettings(config, ["feeBps", "slippageBps"]).map((setting) => `; ${printableLine(setting)}`);
  return `${dataText(data.path, given)}: ${span}${amount}; ${costs}${others.join("")}`;
}

/** What a period means for the figures. */
function periodLines({ period }: BacktestReport): readonly string[] {
  if (period === undefined) return [];
  const short = (time: string): string => time.replace(/T00:00:00\.000Z$/, "").replace(/:00\.000Z$/, "Z");
  const from = period.from === null ? "" : ` from ${short(period.from)}`;
  const to = period.to === null ? "" : ` before ${short(period.to)}`;
  return [
    `traded${from}${to}${period.from === null ? "" : ", in cash at the close before it; signals see all bars before it"}`,
  ];
}

/** What each symbol contributed to the shared account. */
function contributionLines(
  contributions: NonNullable<BacktestReport["contributions"]>,
  screen: Screen,
): readonly string[] {
  if (contributions.length === 0) return [];
  const rest = contributions.length - mostSymbols;
  return [
    "",
    textTable(contributionHeadings, contributions.slice(0, mostSymbols).map(contributionRow), screen),
    ...(rest > 0 ? [`and ${integer(rest)} more symbols (--json lists all)`] : []),
  ];
}

/**
 * A report for people: the portfolio, the symbols, the warnings, then what to know about the data. Control characters
 * are replaced; the only ones in it are the colours of the screen.
 *
 * @param dataset - the name of the dataset
 */
export function backtestTable(
  report: BacktestReport,
  dataset: string,
  { screen = plainScreen, metrics = [], ...asked }: BacktestTableOptions = {},
): string {
  const { portfolio, contributions = [] } = report;
  const shown = report.symbols.slice(0, mostSymbols);
  const rows = [
    ...(portfolio === null ? [] : [row("portfolio", portfolio), ...(shown.length === 0 ? [] : [undefined])]),
    ...shown.map((symbol) => row(symbol.symbol, symbol)),
  ];
  const rest = report.symbols.length - shown.length;
  return [
    ...fitted(title(report, asked), "", screen).map((line) => painted(line, "heading", screen)),
    ...periodLines(report).flatMap((line) => fitted(line, "", screen)),
    "",
    portfolio === null && shown.length === 0 ? "no symbol could be computed" : textTable(headings, rows, screen),
    ...(rest > 0 ? [`and ${integer(rest)} more symbols (--json lists all)`] : []),
    ...extremeLines(report, screen),
    ...contributionLines(contributions, screen),
    ...metricTableText(report, metrics, screen),
    ...warningLines(report, screen),
    ...noteLines(report.notes, dataset, screen),
    ...skippedLines(report, screen),
  ].join("\n");
}
