import type { ReportResult } from "../data/report-result.ts";
import { type AccountFigures, figureOf, textOf } from "../data/report-result.ts";
import { html, type Markup } from "../markup/markup.ts";
import { decimalText, noFigure, percentText, signedPercentText, signedText } from "../text/number-text.ts";
import { totalCosts } from "./verdict.ts";

/** A figure of the account with its name and a note. */
export interface Tile {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  /** Colours the value by its sign. */
  readonly sign?: number | undefined;
}

function points(value: number | undefined): string {
  return value === undefined ? noFigure : `${signedText(100 * value, Math.abs(value) >= 10 ? 0 : 1)} pts`;
}

/** The eight figures of an account. */
export function tilesOf({ config }: ReportResult, portfolio: AccountFigures): readonly Tile[] {
  const figure = (name: string): number | undefined => figureOf(portfolio, name);
  const depth = figure("maxDrawdown");
  const costs = totalCosts(portfolio);
  const capital = Number(config["initialCapital"]);
  const net = figure("totalReturn");
  const holding = figure("buyAndHold");
  const difference = net === undefined || holding === undefined ? undefined : net - holding;
  const recovered = textOf(portfolio, "maxDrawdownRecovery") === undefined ? "not recovered" : "recovered";
  return [
    {
      name: "CAGR",
      value: signedPercentText(figure("cagr")),
      note: `volatility ${percentText(figure("volatility"))}`,
      sign: figure("cagr"),
    },
    {
      name: "Sharpe",
      value: decimalText(figure("sharpe"), 2),
      note: `Sortino ${decimalText(figure("sortino"), 2)}`,
      sign: figure("sharpe"),
    },
    {
      name: "Max drawdown",
      value: percentText(depth === undefined ? undefined : -depth),
      note: depth === 0 ? "none" : recovered,
      sign: depth === undefined ? undefined : -depth,
    },
    { name: "Costs", value: decimalText(costs), note: capital > 0 ? `${percentText(costs / capital)} of capital` : "" },
    { name: "Trades", value: decimalText(figure("trades")), note: `${percentText(figure("winRate"))} won` },
    {
      name: "Profit factor",
      value: decimalText(figure("profitFactor"), 2),
      note: `${signedPercentText(figure("averageWin"))} / ${percentText(figure("averageLoss"))}`,
    },
    {
      name: "In the market",
      value: percentText(figure("exposure")),
      note: `turnover ${decimalText(figure("turnover"))}\u00d7 a year`,
    },
    { name: "Against holding", value: points(difference), note: "return less holding", sign: difference },
  ];
}

/** The eight tiles below the verdict. */
export function tiles(result: ReportResult, portfolio: AccountFigures): Markup {
  return html`<dl class="tiles">${tilesOf(result, portfolio).map(
    ({ name, value, note, sign = 0 }) =>
      html`<div><dt>${name}</dt><dd class="${sign < 0 ? "down" : sign > 0 ? "up" : "even"}">${value}</dd><dd class="note">${note}</dd></div>`,
  )}</dl>`;
}
