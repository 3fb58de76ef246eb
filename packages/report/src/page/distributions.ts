import type { BlockJson } from "../block/block-format.ts";
import { html, type Markup } from "../markup/markup.ts";
import { histogram } from "./histogram.ts";

/** The histograms of days and of closed trades. */
export function distributions({ days, tradeReturns }: BlockJson): Markup | undefined {
  const figures = [
    days && histogram("Days", "daily returns", days),
    tradeReturns && histogram("Trades", "returns of closed trades", tradeReturns),
  ].filter((figure) => figure !== undefined);
  if (figures.length === 0) return undefined;
  return html`<section id="distribution"><h2>Distribution of returns</h2><div class="pair">${figures}</div></section>`;
}
