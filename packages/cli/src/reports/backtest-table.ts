import type { BacktestReport, Metrics } from "@atc/runtime";
import { counted, integer, percent, ratio, share } from "../text/number-format.ts";
import type { TextColumn } from "../text/text-table.ts";
import { textTable } from "../text/text-table.ts";

/** The most symbols in the table; `--json` has all of them. */
const mostSymbols = 100;
/** The most warnings in the table. */
const mostWarnings = 12;

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
  const all = [...symbolsByWarning]
    .sort(([, a], [, b]) => b.length - a.length)
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

/** A report for people: the portfolio, the symbols, then the warnings. */
export function backtestTable(report: BacktestReport): string {
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
    "",
    report.symbols.length === 0 ? "no symbol could be computed" : textTable(headings, rows),
    ...(rest > 0 ? [`and ${integer(rest)} more symbols (--json lists all)`] : []),
    ...warningLines(report),
    ...skippedLines(report),
  ].join("\n");
}
