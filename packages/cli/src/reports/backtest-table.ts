import { printableLine } from "@atc/plugin-kit";
import { type BacktestReport, type DatasetNote, lossWarning, type Metrics } from "@atc/runtime";
import { counted, integer, percent, ratio, share } from "../text/number-format.ts";
import type { TextColumn } from "../text/text-table.ts";
import { textTable, wrapped } from "../text/text-table.ts";

/** The most symbols in the table; `--json` has all of them. */
const mostSymbols = 100;
/** The most warnings in the table. */
const mostWarnings = 12;
/** Columns of a terminal. */
const noteWidth = 80;
const mostLinesPerNote = 4;
const mostNoteLines = 20;

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
  ].map((title) => ({ title, align: "right" }) as const),
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

/** Names of symbols with the same warning. */
function names(symbols: readonly string[]): string {
  return symbols.length <= 4 ? symbols.join(", ") : `${symbols.slice(0, 3).join(", ")} and ${symbols.length - 3} more`;
}

function warningLines(report: BacktestReport): readonly string[] {
  const symbolsByWarning = new Map<string, string[]>();
  for (const { symbol, warnings } of report.symbols) {
    for (const warning of warnings) {
      const symbols = symbolsByWarning.get(warning);
      if (symbols === undefined) symbolsByWarning.set(warning, [symbol]);
      else symbols.push(symbol);
    }
  }
  const isLoss = (warning: string): number => (warning.startsWith(lossWarning) ? 1 : 0);
  const all = [...symbolsByWarning]
    .sort(([a, ofA], [b, ofB]) => isLoss(b) - isLoss(a) || ofB.length - ofA.length)
    .map(([warning, symbols]) => `  ${names(symbols)}: ${warning}`);
  if (all.length === 0) return [];
  const more = all.length > mostWarnings ? [`  and ${all.length - mostWarnings} more (--json lists all)`] : [];
  return ["", "Warnings:", ...all.slice(0, mostWarnings), ...more];
}

function skippedLines(report: BacktestReport): readonly string[] {
  const all = report.skipped.map((one) => `  ${one.symbol}: ${one.reason}`);
  if (all.length === 0) return [];
  const more = all.length > mostWarnings ? [`  and ${all.length - mostWarnings} more (--json lists all)`] : [];
  return ["", `Skipped (${all.length}):`, ...all.slice(0, mostWarnings), ...more];
}

/**
 * What to know about the data. Notes are wrapped at 80 columns; the least important ones are left out if they do not
 * fit.
 */
function noteLines(notes: readonly DatasetNote[], dataset: string): readonly string[] {
  if (notes.length === 0) return [];
  const shown: string[] = [];
  let count = 0;
  for (const { text } of notes) {
    const lines = wrapped(printableLine(text), "  ", noteWidth);
    const cut = lines.slice(0, mostLinesPerNote);
    if (lines.length > cut.length) cut.push("    ...");
    if (shown.length + cut.length > mostNoteLines) break;
    shown.push(...cut);
    count++;
  }
  const rest = notes.length - count;
  const more = rest > 0 ? [`  and ${rest} more; atc data info ${dataset} lists them`] : [];
  return ["", "What to know:", ...shown, ...more];
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

/**
 * A report for people: the portfolio, the symbols, the warnings, then what to know about the data.
 *
 * @param dataset - the name of the dataset
 */
export function backtestTable(report: BacktestReport, dataset: string): string {
  const { portfolio } = report;
  const shown = report.symbols.slice(0, mostSymbols);
  const rows = [
    ...(portfolio === null ? [] : [row("portfolio", portfolio), undefined]),
    ...shown.map((symbol) => row(symbol.symbol, symbol)),
  ];
  const span =
    portfolio === null ? "" : `${String(portfolio.start).slice(0, 10)} to ${String(portfolio.end).slice(0, 10)}, `;
  const { feeBps, slippageBps } = report.config;
  const title = `${report.data.path}: ${span}${counted(report.data.rows, "row")}, ${counted(report.data.symbols, "symbol")}; fee ${String(feeBps)} bps, slippage ${String(slippageBps)} bps`;
  const rest = report.symbols.length - shown.length;
  return [
    title,
    ...periodLines(report),
    "",
    report.symbols.length === 0 ? "no symbol could be computed" : textTable(headings, rows),
    ...(rest > 0 ? [`and ${integer(rest)} more symbols (--json lists all)`] : []),
    ...warningLines(report),
    ...noteLines(report.notes, dataset),
    ...skippedLines(report),
  ].join("\n");
}
