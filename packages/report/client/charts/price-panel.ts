import type { CandleLevels, CandlesInView } from "../../src/reading/candle-levels.ts";
import type { TradeColumns } from "../../src/reading/trades.ts";
import { decimalText, shortestText } from "../../src/text/number-text.ts";
import type { View } from "../../src/view/view.ts";
import { paintCandles } from "./candle-paint.ts";
import type { PanelContent } from "./panel-content.ts";
import { paintHolding, paintTrades } from "./trade-paint.ts";

/** The most trades in view whose markers are drawn. */
const mostMarkers = 250;

/** Pixels per candle, at least. */
const candleWidth = 2;

/** The symbol that the price panel shows. */
export interface PriceSource {
  readonly symbol: string;
  /** Undefined if its prices are not in the file. */
  readonly levels: CandleLevels | undefined;
  /** Indices of its trades. */
  readonly trades: readonly number[];
}

/** The content of the price panel, with a way to change its symbol. */
export interface PriceContent extends PanelContent {
  setSource(source: PriceSource): void;
}

interface Options {
  readonly view: View;
  readonly trades: TradeColumns | undefined;
  readonly source: PriceSource;
}

/** What the candles in view are. */
function candleHint({ span, gaps, coarse }: CandlesInView): string {
  const { size } = span.candles;
  const own = size > 1 ? `Each candle is ${decimalText(size)} bars. ` : "";
  return gaps.length === 0
    ? own
    : `${own}Pale boxes are ${decimalText(coarse.size)} bars each: the file has no more of them. `;
}

function rangeOf({ span: { candles, from, to }, gaps, coarse }: CandlesInView): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    if (candles.low[i] < low) low = candles.low[i];
    if (candles.high[i] > high) high = candles.high[i];
  }
  for (const i of gaps) {
    if (coarse.low[i] < low) low = coarse.low[i];
    if (coarse.high[i] > high) high = coarse.high[i];
  }
  return [low, high];
}

/** Candles of one symbol with its trades. */
export function pricePanel({ view, trades, source: first }: Options): PriceContent {
  let source = first;
  // Until the panel is painted, its width is not known.
  let most = 600;

  const inView = (): CandlesInView | undefined => source.levels?.inView(view.first, view.last, most);

  function tradesInView(): readonly number[] {
    if (trades === undefined) return [];
    return source.trades.filter((i) => trades.exitRow[i] >= view.first && trades.entryRow[i] <= view.last);
  }

  function candleText(row: number): string {
    if (source.levels === undefined) return "";
    const candle = source.levels.at(row);
    if (candle === undefined) return "no bar yet";
    const [open, high, low, close] = [candle.open, candle.high, candle.low, candle.close].map((price) =>
      shortestText(price, 7),
    );
    const of = candle.size > 1 ? ` of ${decimalText(candle.size)} bars` : "";
    return `O ${open} H ${high} L ${low} C ${close}${of}`;
  }

  function tradeHint(): string {
    const shown = tradesInView();
    const count = `${decimalText(shown.length)} trade${shown.length === 1 ? "" : "s"} in view`;
    const rest = shown.length > mostMarkers ? ": zoom in to see their marks" : "";
    const kept =
      trades !== undefined && trades.all > trades.length
        ? ` (the file has the ${decimalText(trades.length)} largest of ${decimalText(trades.all)})`
        : "";
    return `${count}${kept}${rest}.`;
  }

  return {
    height: 300,
    lines: [],
    canBeLog: true,
    axisText: (value) => shortestText(value, 6),
    setSource(next) {
      source = next;
    },
    reach: (low, high) => {
      const shown = inView();
      return shown === undefined ? [low, high] : rangeOf(shown);
    },
    below(paint) {
      most = paint.width / paint.ratio / candleWidth;
      if (trades !== undefined) paintHolding(trades, tradesInView(), paint);
    },
    above(paint) {
      const shown = inView();
      if (shown !== undefined) paintCandles(shown, paint);
      const marked = tradesInView();
      if (trades !== undefined && marked.length <= mostMarkers) paintTrades(trades, marked, paint);
    },
    legend: (row) => [{ label: "", text: candleText(row) }],
    hint() {
      const shown = inView();
      if (shown === undefined)
        return `The prices of ${source.symbol} are not in this file. Make a report of it alone with --symbols.`;
      return `${candleHint(shown)}${tradeHint()} Background: position held, long or short. Triangle: entry. Circle: exit. Solid line: won. Dashed: lost.`;
    },
    describe: () => `Prices of ${source.symbol} with its trades`,
  };
}
