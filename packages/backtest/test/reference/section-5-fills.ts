import { barNow, type Holding, type Part, type State, side, type Trade } from "./account-state.ts";

/** The part of a bar in which a fill happens. */
export type Phase = "open" | "inside" | "close";

export interface Order {
  readonly quantity: number;
  /** What is held afterwards: the quantities before and of the order add up to it, except for rounding. */
  readonly target: number;
  readonly reference: number;
  readonly base: number;
  readonly isLimit?: boolean;
  readonly reason: string;
  readonly phase: Phase;
}

/** Prices of the bar that count for a trade that ends in it (section 11). */
function pricesAtEnd(holding: Holding, phase: Phase): number[] {
  const { open, high, low, close } = barNow(holding);
  const entersNow = holding.entryBar === holding.bar;
  if (phase === "close") return entersNow && holding.isLate ? [] : [high, low];
  return entersNow && holding.isLate ? [] : [open ?? close];
}

function begin(state: State, holding: Holding, part: Part, phase: Phase): void {
  const direction = side(part.quantity);
  holding.trade = {
    symbol: holding.symbol,
    direction,
    parts: [part],
    prices: [part.price],
    largest: Math.abs(part.quantity),
    isOpen: false,
  };
  holding.averageCost = part.price;
  holding.waterMark = part.price;
  holding.entryRange = rangeAtDecision(state, holding);
  holding.entryBar = holding.bar;
  holding.isLate = phase === "close" || state.config.fill === "worst";
}

function rangeAtDecision({ config }: State, { bars, bar }: Holding): number | undefined {
  return averageTrueRange(bars.slice(0, bar), config.atrLength);
}

/** ATR at the last of the bars (section 7). */
export function averageTrueRange(
  bars: readonly { readonly high: number; readonly low: number; readonly close: number }[],
  length: number,
): number | undefined {
  if (bars.length < length) return undefined;
  const ranges = bars.map(({ high, low }, t) => {
    if (t === 0) return high - low;
    const before = (bars[t - 1] as { close: number }).close;
    return Math.max(high - low, Math.abs(high - before), Math.abs(low - before));
  });
  let average = ranges.slice(0, length).reduce((sum, range) => sum + range, 0) / length;
  for (const range of ranges.slice(length)) average = (average * (length - 1) + range) / length;
  return average;
}

function end(state: State, holding: Holding, part: Part, phase: Phase): void {
  const trade = holding.trade as Trade;
  trade.prices.push(...pricesAtEnd(holding, phase), part.price);
  trade.parts.push(part);
  state.trades.push(trade);
  holding.trade = undefined;
}

/** Fills an order (section 5), and hands it to the trades (section 11). */
export function fill(state: State, holding: Holding, order: Order): void {
  const { config } = state;
  const { quantity, target, reference, base } = order;
  if (quantity === 0) return;
  const { high, low, time } = barNow(holding);
  const s = side(quantity);
  const rate = config.slippageBps / 10_000 + config.spreadBps / 20_000 + (config.slippageRange * (high - low)) / base;
  const price = order.isLimit ? reference : Math.max(0, base * (1 + s * rate));
  const units = Math.abs(quantity);
  const fee = Math.max(
    config.minFee,
    (units * price * config.feeBps) / 10_000 + units * config.feePerUnit + config.feePerTrade,
  );
  const slippage = units * Math.abs(price - reference);
  state.cash += -quantity * price - fee;
  state.fees += fee;
  state.slippage += slippage;
  state.traded += units * price;
  const whole: Part = { time, bar: holding.bar, quantity, price, fee, slippage, reason: order.reason };
  state.fills.push({ ...whole, symbol: holding.symbol });

  const before = holding.quantity;
  const after = target;
  const share = (own: number): Part => ({
    ...whole,
    quantity: own,
    fee: (fee * Math.abs(own)) / units,
    slippage: (slippage * Math.abs(own)) / units,
  });
  if (before === 0) begin(state, holding, whole, order.phase);
  else if (after === 0) end(state, holding, whole, order.phase);
  else if (side(after) !== side(before)) {
    end(state, holding, share(-before), order.phase);
    begin(state, holding, share(after), order.phase);
  } else {
    const trade = holding.trade as Trade;
    trade.parts.push(whole);
    trade.prices.push(price);
    trade.largest = Math.max(trade.largest, Math.abs(after));
    if (Math.abs(after) > Math.abs(before))
      holding.averageCost = (holding.averageCost * Math.abs(before) + price * units) / Math.abs(after);
  }
  holding.quantity = after;
}
