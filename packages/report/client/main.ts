import { type Block, openBlock } from "../src/reading/arrays.ts";
import { readTrades, type TradeColumns, tradesOf } from "../src/reading/trades.ts";
import { type ChartSection, createCharts } from "./charts/chart-section.ts";
import { readEquity } from "./charts/curve-series.ts";
import { createExcursions } from "./charts/excursions.ts";
import type { PriceChoice } from "./charts/price-choice.ts";
import { byId } from "./page/dom.ts";
import { preparePrint } from "./page/print.ts";
import { createThemeSwitch } from "./page/theme-switch.ts";
import { searchPanels } from "./search/search-panels.ts";
import { createSymbolListing } from "./tables/symbol-listing.ts";
import { createTradeListing } from "./tables/trade-listing.ts";

const redraws: ((width?: number) => void)[] = [];

function redraw(width?: number): void {
  for (const draw of redraws) draw(width);
}

function listingOf(id: string): HTMLElement | undefined {
  return byId(id)?.querySelector<HTMLElement>(".listing") ?? undefined;
}

/** Shows a trade with some bars around it. */
function showTrade({ view }: ChartSection, trades: TradeColumns, trade: number): void {
  const [entry, exit] = [trades.entryRow[trade], trades.exitRow[trade]];
  const room = Math.max(10, exit - entry);
  view.show(entry - room, exit + room);
  view.setCursor(entry);
}

/** Connects trades and symbols with the charts. */
function connect(charts: ChartSection, price: PriceChoice | undefined, trades: TradeColumns | undefined): void {
  charts.onTrade = (step) => {
    if (trades === undefined || price === undefined) return;
    const own = tradesOf(trades, price.symbol());
    const at = charts.view.cursor ?? (step > 0 ? charts.view.first : charts.view.last);
    const entries = own.toSorted((a, b) => trades.entryRow[a] - trades.entryRow[b]);
    const next =
      step > 0 ? entries.find((i) => trades.entryRow[i] > at) : entries.findLast((i) => trades.entryRow[i] < at);
    if (next !== undefined) showTrade(charts, trades, next);
  };
  for (const control of document.querySelectorAll<HTMLElement>("#drawdowns button"))
    control.addEventListener("click", () => {
      const [from, to] = [Number(control.dataset["from"]), Number(control.dataset["to"])];
      const room = Math.max(3, 0.1 * (to - from));
      charts.view.show(from - room, to + room);
      byId("charts")?.scrollIntoView();
    });
}

async function showTables(
  block: Block,

  charts: ChartSection | undefined,
  price: PriceChoice | undefined,
  trades: TradeColumns | undefined,
): Promise<void> {
  const symbols = listingOf("symbols");
  const showSymbol = (symbol: string): void => {
    void price?.show(symbol);
    byId("panel-price")?.scrollIntoView();
  };
  if (symbols !== undefined) await createSymbolListing(symbols, block, showSymbol);
  const place = listingOf("trades");
  if (place !== undefined && trades !== undefined)
    createTradeListing({
      place,
      trades,
      areDates: block.json.areDates,
      choose(trade) {
        const symbol = trades.symbols[trades.symbol[trade]] ?? "";
        if (price !== undefined && price.symbol() !== symbol) void price.show(symbol);
        if (charts !== undefined) showTrade(charts, trades, trade);
        byId("panel-price")?.scrollIntoView();
      },
    });
}

/** Marks the page as ready, for tests and for programs that take pictures of it. */
function ready(step: string): void {
  document.documentElement.dataset[step] = "yes";
  performance.mark(`atc-${step}`);
}

async function start(): Promise<void> {
  createThemeSwitch(redraw);
  preparePrint(redraw);
  const block = await openBlock(byId("atc-data")?.textContent ?? "");
  const curve = block.json.n > 0 ? await readEquity(block) : undefined;
  const charts = curve && createCharts(block, curve);
  if (charts !== undefined) redraws.push(charts.rebuild);
  // The first chart is on its canvas; the browser shows it with this frame.
  await new Promise((resolve) => requestAnimationFrame(() => resolve(undefined)));
  ready("first");
  await charts?.addCurve();
  const trades = await readTrades(block);
  const price = await charts?.addPrice(trades);
  if (charts !== undefined) connect(charts, price, trades);
  await showTables(block, charts, price, trades);
  const excursions = byId("panel-excursions");
  if (excursions !== undefined && trades !== undefined) {
    const draw = createExcursions(excursions, trades);
    redraws.push(draw);
    draw();
  }
  redraws.push(...searchPanels(block.json));
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    redraw();
  });
  await charts?.board.whenDrawn();
  ready("ready");
}

start().catch((error: unknown) => {
  const place = byId("charts") ?? document.body;
  const text = document.createElement("p");
  text.className = "failure";
  text.setAttribute("role", "alert");
  text.textContent = `The data of this report cannot be shown: ${error instanceof Error ? error.message : String(error)}. The figures below are complete.`;
  place.prepend(text);
  ready("failed");
});
