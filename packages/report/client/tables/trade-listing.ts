import { timeTextOf } from "../../src/reading/row-times.ts";
import type { TradeColumns } from "../../src/reading/trades.ts";
import { decimalText, shortestText, signedPercentText, signedText } from "../../src/text/number-text.ts";
import { shortText } from "../../src/text/visible-text.ts";
import { createListing, type ShownColumn } from "./listing.ts";

interface Options {
  readonly place: HTMLElement;
  readonly trades: TradeColumns;
  readonly areDates: boolean;
  choose(trade: number): void;
}

/** Words of a reason: `stopLoss` as `stop loss`. */
function reasonText(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Shows the trades, each of which can be chosen. */
export function createTradeListing({ place, trades, areDates, choose }: Options): void {
  const figure = (
    name: string,
    title: string,
    column: Float64Array,
    text: (value: number) => string,
    factor = 1,
  ): ShownColumn => ({
    name,
    title,
    isText: false,
    value: (row) => factor * column[row],
    text: (row) => text(column[row]),
  });
  const signed = (column: ShownColumn): ShownColumn => ({
    ...column,
    style: (row) => (Number(column.value(row)) < 0 ? "down" : "up"),
  });
  const time = (name: string, title: string, times: Float64Array): ShownColumn => ({
    name,
    title,
    isText: true,
    value: (row) => times[row],
    text: (row) => timeTextOf(times[row], areDates),
    saved: (row) => new Date(times[row]).toISOString(),
  });
  const columns: readonly ShownColumn[] = [
    {
      name: "symbol",
      title: "Symbol",
      isText: true,
      value: (row) => trades.symbols[trades.symbol[row]] ?? "",
      text: (row) => shortText(trades.symbols[trades.symbol[row]] ?? ""),
    },
    time("entry", "Entry", trades.entryTime),
    time("exit", "Exit", trades.exitTime),
    {
      name: "side",
      title: "Side",
      isText: true,
      value: (row) => (trades.direction[row] > 0 ? "long" : "short"),
      text: (row) => (trades.direction[row] > 0 ? "long" : "short"),
    },
    figure("quantity", "Quantity", trades.quantity, (value) => shortestText(value)),
    figure("entryPrice", "Entry price", trades.entryPrice, (value) => shortestText(value)),
    figure("exitPrice", "Exit price", trades.exitPrice, (value) => shortestText(value)),
    signed(figure("profit", "Profit", trades.profit, (value) => signedText(value, 2))),
    signed(figure("return", "Return", trades.return, (value) => signedPercentText(value, 2), 100)),
    figure("mae", "MAE", trades.mae, (value) => signedPercentText(value, 2), 100),
    figure("mfe", "MFE", trades.mfe, (value) => signedPercentText(value, 2), 100),
    figure("bars", "Bars", trades.barsHeld, (value) => decimalText(value)),
    figure("fees", "Fees", trades.fees, (value) => decimalText(value, 2)),
    {
      name: "reason",
      title: "Ended by",
      isText: true,
      value: (row) => (trades.open[row] === 1 ? "open" : (trades.reasons[trades.reason[row]] ?? "")),
      text: (row) => (trades.open[row] === 1 ? "open" : reasonText(trades.reasons[trades.reason[row]] ?? "")),
    },
  ];
  createListing({
    place,
    caption:
      trades.all > trades.length
        ? `Trades: the ${decimalText(trades.length)} largest of ${decimalText(trades.all)}`
        : "Trades",
    columns,
    rows: trades.length,
    fileName: "trades.csv",
    printed: 50,
    example: "return>5 bars<20",
    choose,
  });
}
