import type { BacktestConfig } from "@atc/contract";

/** One bar of one symbol with its decision, restricted to the configured side. */
export interface Bar {
  readonly time: number;
  readonly open: number | undefined;
  readonly close: number;
  /** Highest and lowest of the prices that the bar has. */
  readonly high: number;
  readonly low: number;
  readonly direction: number;
  readonly weight: number;
  readonly isEntry: boolean;
}

/** A fill, or the part of one that belongs to one trade. */
export interface Part {
  readonly time: number;
  readonly bar: number;
  /** Signed. */
  readonly quantity: number;
  readonly price: number;
  readonly fee: number;
  readonly slippage: number;
  readonly reason: string;
}

/** A position from flat to flat. */
export interface Trade {
  readonly symbol: string;
  readonly direction: number;
  readonly parts: Part[];
  /** Prices at which it was held. */
  readonly prices: number[];
  largest: number;
  isOpen: boolean;
}

/** One symbol of the account. */
export interface Holding {
  readonly symbol: string;
  readonly bars: readonly Bar[];
  /** Index of the bar now, or of the last one before now. -1 before the first. */
  bar: number;
  /** Index of the account time of its previous bar. */
  previousIndex: number;
  /** Index of the account time of its latest bar. */
  lastIndex: number;
  quantity: number;
  lastClose: number;
  isListed: boolean;
  /** The trade of the position held. */
  trade: Trade | undefined;
  averageCost: number;
  waterMark: number;
  entryRange: number | undefined;
  entryBar: number;
  /** Whether it was entered in the bar after its open: at the close, or under `worst`. */
  isLate: boolean;
  lock: { readonly direction: number; readonly bar: number } | undefined;
}

/** The account. */
export interface State {
  readonly config: BacktestConfig;
  readonly holdings: readonly Holding[];
  /** Index of the account time. */
  index: number;
  /** The account times up to now. */
  readonly times: number[];
  /** The indices of the scheduled account times. */
  readonly scheduled: number[];
  cash: number;
  isBankrupt: boolean;
  bankruptAt: number | undefined;
  readonly fills: (Part & { readonly symbol: string })[];
  readonly trades: Trade[];
  fees: number;
  slippage: number;
  traded: number;
  borrowCost: number;
  marginInterest: number;
  cashInterest: number;
}

/** The bar of a symbol at the time now. */
export function barNow({ bars, bar }: Holding): Bar {
  return bars[bar] as Bar;
}

export function side(quantity: number): number {
  return Math.sign(quantity);
}
