import type { Block } from "../../src/reading/arrays.ts";
import { candleLevels } from "../../src/reading/candle-levels.ts";
import { readCandles } from "../../src/reading/candles.ts";
import { type TradeColumns, tradesOf } from "../../src/reading/trades.ts";
import { shortText } from "../../src/text/visible-text.ts";
import type { View } from "../../src/view/view.ts";
import { element } from "../page/dom.ts";
import { type PriceContent, type PriceSource, pricePanel } from "./price-panel.ts";
import { type SignalContent, signalPanel } from "./signal-panel.ts";

/** The price panel's content and the choice of its symbol. */
export interface PriceChoice {
  readonly content: PriceContent;
  /** The panel of its signal; undefined if the strategy has none. */
  readonly signal: SignalContent | undefined;
  /** The field that chooses; undefined if there is one symbol. */
  readonly field: HTMLElement | undefined;
  /** The symbol that is shown. */
  symbol(): string;
  show(symbol: string): Promise<void>;
}

interface Options {
  readonly block: Block;
  readonly view: View;
  readonly trades: TradeColumns | undefined;
  onChange(): void;
}

/** Reads the prices of the first symbol. */
export async function createPriceChoice({ block, view, trades, onChange }: Options): Promise<PriceChoice> {
  const { bars, result, signalThresholds } = block.json;
  const names = [...result.symbols, ...(result.contributions ?? [])].map(({ symbol }) => symbol);
  const entries = new Map(bars.map((entry) => [entry.symbol, entry]));
  let current = bars[0]?.symbol ?? names[0] ?? "";

  async function sourceOf(symbol: string): Promise<PriceSource> {
    const entry = entries.get(symbol);
    return {
      symbol: shortText(symbol),
      levels: entry && candleLevels(await readCandles(block, entry)),
      trades: tradesOf(trades, symbol),
    };
  }

  const source = await sourceOf(current);
  const content = pricePanel({ view, trades, source });
  const signal = signalThresholds && signalPanel({ view, thresholds: signalThresholds, source });
  const field =
    names.length < 2
      ? undefined
      : element(
          "select",
          { "aria-label": "Symbol", id: "price-symbol" },
          ...names.map((name, i) => element("option", { value: i }, shortText(name))),
        );
  const choice: PriceChoice = {
    content,
    signal,
    field,
    symbol: () => current,
    async show(symbol) {
      current = symbol;
      if (field !== undefined) field.value = String(names.indexOf(symbol));
      const next = await sourceOf(symbol);
      content.setSource(next);
      signal?.setSource(next);
      onChange();
    },
  };
  if (field !== undefined) {
    field.value = String(names.indexOf(current));
    field.addEventListener("change", () => void choice.show(names[Number(field.value)] ?? current));
  }
  return choice;
}
