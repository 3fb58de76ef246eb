import type { BlockJson } from "../block/block-format.ts";
import { html, type Markup } from "../markup/markup.ts";
import { decimalText } from "../text/number-text.ts";

function listing(id: string, title: string): Markup {
  return html`<section id="${id}" class="scripted"><h2>${title}</h2><div class="listing"></div></section>`;
}

/** The place of the table of symbols; undefined without symbols. */
export function symbolListing({ result: { symbols, contributions = [] } }: BlockJson): Markup | undefined {
  const count = symbols.length + contributions.length;
  return count === 0 ? undefined : listing("symbols", count === 1 ? "Symbol" : `Symbols (${decimalText(count)})`);
}

/** The place of the table of trades, or that there are none. */
export function tradeListing({ trades, result: { portfolio } }: BlockJson): Markup | undefined {
  if (portfolio === null || trades === undefined) return undefined;
  if (trades.all === 0) return html`<section id="trades"><h2>Trades</h2><p>There are none.</p></section>`;
  return listing("trades", `Trades (${decimalText(trades.all)})`);
}

/** The place of the scatter of excursions. */
export function excursionPlot({ trades }: BlockJson): Markup | undefined {
  if (trades === undefined || trades.all === 0) return undefined;
  return html`<section id="excursions" class="scripted"><h2>Excursions of trades</h2><figure class="panel" id="panel-excursions"><figcaption><b>Adverse against favourable</b><span class="legend"></span></figcaption><div class="plot"></div><p class="hint"></p></figure></section>`;
}
