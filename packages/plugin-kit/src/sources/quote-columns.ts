import type { RowKind } from "@atc/contract";
import { columnAliases } from "./column-aliases.ts";

/** Which price is made of a bid and an ask: one of them, or the mean of both. */
export type PriceSide = "mid" | "bid" | "ask";

/** A price of which a file has the bid and the ask. */
export interface QuotedPrice {
  /** `open`, `high`, `low` or `close`. */
  readonly name: string;
  /** The position of the bid among the file's columns, from 0. */
  readonly bid: number;
  /** The position of the ask. */
  readonly ask: number;
}

const prices = ["open", "high", "low", "close"] as const;

/** The names of one side's price in bars: `bid_open`, `BidOpen`, `open_bid`, `bid.o` (OANDA). */
function barNames(side: "bid" | "ask", price: string): readonly string[] {
  const letter = price.slice(0, 1);
  return [`${side}_${price}`, `${side}${price}`, `${price}_${side}`, `${price}${side}`, `${side}.${letter}`];
}

function positionOf(forms: readonly string[], names: readonly string[]): number | undefined {
  return names.map((name) => forms.indexOf(name)).find((position) => position >= 0);
}

/** The prices of which a file has both bid and ask. */
export interface QuotedPrices {
  /** What a row is. */
  readonly kind: RowKind;
  /** The prices, in the order of open, high, low and close. */
  readonly prices: readonly QuotedPrice[];
}

/**
 * The prices of which both bid and ask are among a file's columns: those of bars, else the `close` of ticks; undefined
 * if there is no such pair for the close.
 *
 * @param forms - the names in the form of `aliasForm`
 */
export function quotedPrices(forms: readonly string[]): QuotedPrices | undefined {
  const bars = prices.flatMap((name) => {
    const bid = positionOf(forms, barNames("bid", name));
    const ask = positionOf(forms, barNames("ask", name));
    return bid === undefined || ask === undefined ? [] : [{ name, bid, ask }];
  });
  if (bars.some(({ name }) => name === "close")) return { kind: "bars", prices: bars };
  const bid = positionOf(forms, columnAliases.bid);
  const ask = positionOf(forms, columnAliases.ask);
  return bid === undefined || ask === undefined ? undefined : { kind: "ticks", prices: [{ name: "close", bid, ask }] };
}
