import type { BacktestConfig } from "@atc/contract";
import { addEquities, createEquityStatistics, type EquityStatistics } from "../src/statistics/equity-statistics.ts";

/** Bars of one symbol, as an account reads them. */
export interface PlainRows {
  readonly times: BigInt64Array;
  readonly close: Float64Array;
  readonly open?: Float64Array;
  readonly high?: Float64Array;
  readonly low?: Float64Array;
  readonly directions: Int8Array;
}

export type PlainConfig = Pick<BacktestConfig, "initialCapital" | "feeBps" | "slippageBps" | "side" | "fill">;

/** A trade as a record. */
export interface PlainTrade {
  readonly entryTime: bigint;
  readonly exitTime: bigint;
  readonly direction: number;
  readonly quantity: number;
  readonly entryPrice: number;
  readonly exitPrice: number;
  readonly fees: number;
  readonly slippage: number;
  readonly profit: number;
  readonly return: number;
  readonly barsHeld: number;
  readonly mae: number;
  readonly mfe: number;
  readonly reason: string;
  readonly open: number;
}

/** A fill as a record. */
export interface PlainFill {
  readonly time: bigint;
  readonly quantity: number;
  readonly price: number;
  readonly fee: number;
  readonly slippage: number;
  readonly reason: string;
}

/** What an account is at the end. */
export interface PlainAccount {
  readonly equity: number[];
  readonly cash: number[];
  readonly exposure: number[];
  readonly grossEquity: number[];
  readonly trades: PlainTrade[];
  readonly fills: PlainFill[];
  readonly fees: number;
  readonly slippage: number;
  readonly traded: number;
  readonly heldBars: number;
  readonly longBars: number;
  readonly shortBars: number;
  readonly bankruptAt: bigint | undefined;
  readonly statistics: EquityStatistics;
}

/** Money and a position. */
interface Book {
  cash: number;
  quantity: number;
  isLost: boolean;
}

/** The end of a trade of `held` units, with its own fee and slippage. */
interface Exit {
  readonly held: number;
  readonly bar: number;
  readonly price: number;
  readonly fee: number;
  readonly slippage: number;
  readonly reason: string;
}

/** The open trade. */
interface OpenTrade {
  readonly bar: number;
  readonly price: number;
  readonly fee: number;
  readonly slippage: number;
  prices: number[];
}

/**
 * The account as one plain loop over all bars, with the arithmetic of `docs/backtest-spec.md` in the order of its
 * formulas: what both kernels must equal bit for bit.
 */
export function plainSimulator(rows: PlainRows, config: PlainConfig): PlainAccount {
  const { times, close, open, directions } = rows;
  const feeRate = config.feeBps / 10_000;
  const slippageRate = config.slippageBps / 10_000;
  const atOpen = config.fill === "nextOpen" && open !== undefined;
  const net: Book = { cash: config.initialCapital, quantity: 0, isLost: false };
  const gross: Book = { cash: config.initialCapital, quantity: 0, isLost: false };
  const trades: PlainTrade[] = [];
  const fills: PlainFill[] = [];
  const points = {
    equity: [] as number[],
    cash: [] as number[],
    exposure: [] as number[],
    grossEquity: [] as number[],
  };
  const sums = { fees: 0, slippage: 0, traded: 0, heldBars: 0, longBars: 0, shortBars: 0 };
  let trade: OpenTrade | undefined;
  let bankruptAt: bigint | undefined;
  let held = 0;

  function list(one: OpenTrade, { held: units, bar, price, fee, slippage, reason }: Exit): void {
    const quantity = Math.abs(units);
    const fees = one.fee + fee;
    const profit = units * (price - one.price) - fees;
    const highest = Math.max(...one.prices, price) / one.price;
    const lowest = Math.min(...one.prices, price) / one.price;
    const isLong = units > 0;
    trades.push({
      entryTime: times[one.bar] as bigint,
      exitTime: times[bar] as bigint,
      direction: isLong ? 1 : -1,
      quantity,
      entryPrice: one.price,
      exitPrice: price,
      fees,
      slippage: one.slippage + slippage,
      profit,
      return: profit / (quantity * one.price),
      barsHeld: bar - one.bar,
      mae: Math.min(0, isLong ? lowest - 1 : 1 - highest),
      mfe: Math.max(0, isLong ? highest - 1 : 1 - lowest),
      reason,
      open: reason === "endOfData" ? 1 : 0,
    });
  }

  function fill(direction: number, reference: number, bar: number): void {
    rebalance(gross, direction, reference, { feeRate: 0, slippageRate: 0 });
    const units = Math.abs(net.quantity);
    const wasLost = net.isLost;
    const ended = { ...net };
    const done = rebalance(net, direction, reference, { feeRate, slippageRate });
    if (net.isLost && !wasLost) bankruptAt = times[bar];
    if (done === undefined) return;
    const { change, price, fee } = done;
    const concession = Math.abs(price - reference);
    const reason = net.isLost ? "bankruptcy" : "signal";
    if (trade !== undefined)
      list(trade, {
        held: ended.quantity,
        bar,
        price,
        fee: units * price * feeRate,
        slippage: units * concession,
        reason,
      });
    const slippage = Math.abs(change) * concession;
    fills.push({ time: times[bar] as bigint, quantity: change, price, fee, slippage, reason });
    sums.fees += fee;
    sums.slippage += slippage;
    sums.traded += Math.abs(change) * price;
    const size = Math.abs(net.quantity);
    trade =
      size === 0
        ? undefined
        : { bar, price, fee: size * price * feeRate, slippage: size * concession, prices: [price] };
  }

  for (let i = 0; i < close.length; i++) {
    const wanted = i === 0 ? 0 : clipped(directions[i - 1] as number, config.side);
    const prices = [rows.open, rows.high, rows.low, close].flatMap((column) => column?.[i] ?? []);
    if (!atOpen) trade?.prices.push(...prices);
    if (wanted !== held) {
      const reference = (atOpen ? open : close)[i] as number;
      if (atOpen) trade?.prices.push(reference);
      fill(wanted, reference, i);
      if (!atOpen) trade?.prices.push(reference);
      held = wanted;
    }
    if (atOpen) trade?.prices.push(...prices);
    const price = close[i] as number;
    const equity = net.cash + net.quantity * price;
    if (net.quantity !== 0) sums.heldBars++;
    if (net.quantity > 0) sums.longBars++;
    if (net.quantity < 0) sums.shortBars++;
    points.equity.push(equity);
    points.cash.push(net.cash);
    points.exposure.push(net.quantity === 0 ? 0 : (Math.abs(net.quantity) * price) / equity);
    points.grossEquity.push(gross.cash + gross.quantity * price);
  }
  const last = close.length - 1;
  const price = close[last] as number;
  if (trade !== undefined)
    list(trade, { held: net.quantity, bar: last, price, fee: 0, slippage: 0, reason: "endOfData" });
  const statistics = createEquityStatistics();
  addEquities(statistics, Float64Array.from(points.equity), times, close.length);
  return { ...points, ...sums, trades, fills, bankruptAt, statistics };
}

/** Puts the whole equity into a direction. Undefined if nothing was traded. */
function rebalance(
  book: Book,
  direction: number,
  reference: number,
  { feeRate, slippageRate }: { readonly feeRate: number; readonly slippageRate: number },
): { readonly change: number; readonly price: number; readonly fee: number } | undefined {
  const equity = book.cash + book.quantity * reference;
  if (equity <= 0) book.isLost = true;
  const target = book.isLost ? 0 : (direction * equity) / reference;
  const change = target - book.quantity;
  if (change === 0) return undefined;
  const price = reference * (1 + (change > 0 ? slippageRate : -slippageRate));
  const fee = Math.abs(change) * price * feeRate;
  book.cash = book.cash - change * price - fee;
  book.quantity = target;
  return { change, price, fee };
}

function clipped(direction: number, side: PlainConfig["side"]): number {
  if (side === "long") return Math.max(direction, 0);
  return side === "short" ? Math.min(direction, 0) : direction;
}
