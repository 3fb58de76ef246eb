import type { Holding, State, Trade } from "./account-state.ts";

/** A trade as section 11 lists it; null is undefined. */
export interface TradeRow {
  readonly symbol: string;
  readonly entryTime: number;
  readonly exitTime: number;
  readonly direction: number;
  readonly quantity: number;
  readonly entryPrice: number;
  readonly exitPrice: number;
  readonly fees: number;
  readonly slippage: number;
  readonly profit: number;
  readonly return: number | null;
  readonly barsHeld: number;
  readonly mae: number;
  readonly mfe: number;
  readonly reason: string;
  readonly open: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Completes the trade of a position that is still held. */
export function leaveOpen(state: State, holding: Holding): void {
  const { trade } = holding;
  if (trade === undefined) return;
  const last = holding.bars.at(-1) as { time: number; close: number };
  trade.isOpen = true;
  trade.parts.push({
    time: last.time,
    bar: holding.bars.length - 1,
    quantity: -holding.quantity,
    price: last.close,
    fee: 0,
    slippage: 0,
    reason: "endOfData",
  });
  state.trades.push(trade);
}

export function rowOf({ symbol, direction, parts, prices, largest, isOpen }: Trade): TradeRow {
  const bought = parts.filter(({ quantity }) => quantity * direction > 0);
  const sold = parts.filter(({ quantity }) => quantity * direction < 0);
  const units = (some: typeof parts): number => sum(some.map(({ quantity }) => Math.abs(quantity)));
  const value = (some: typeof parts): number => sum(some.map(({ quantity, price }) => Math.abs(quantity) * price));
  const [first] = parts;
  const last = parts.at(-1);
  const entryPrice = value(bought) / units(bought);
  const fees = sum(parts.map(({ fee }) => fee));
  const profit = direction * (value(sold) - value(bought)) - fees;
  const highest = Math.max(...prices);
  const lowest = Math.min(...prices);
  const invested = largest * entryPrice;
  const [worst, best] =
    direction > 0
      ? [lowest / entryPrice - 1, highest / entryPrice - 1]
      : [1 - highest / entryPrice, 1 - lowest / entryPrice];
  return {
    symbol,
    entryTime: first?.time as number,
    exitTime: last?.time as number,
    direction,
    quantity: largest,
    entryPrice,
    exitPrice: value(sold) / units(sold),
    fees,
    slippage: sum(parts.map(({ slippage }) => slippage)),
    profit,
    return: invested === 0 ? null : profit / invested,
    barsHeld: (last?.bar as number) - (first?.bar as number),
    mae: entryPrice === 0 ? 0 : Math.min(0, worst),
    mfe: entryPrice === 0 ? 0 : Math.max(0, best),
    reason: last?.reason as string,
    open: isOpen ? 1 : 0,
  };
}
