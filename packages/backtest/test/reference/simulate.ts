import type { BacktestConfig } from "@atc/contract";
import { type Bar, barNow, type Holding, type State, side, type Trade } from "./account-state.ts";
import { schedule } from "./schedule.ts";
import { fill } from "./section-5-fills.ts";
import { fillDecisions, wanted } from "./section-6-orders.ts";
import { exitAtLevels } from "./section-7-exits.ts";
import { accrue } from "./section-8-financing.ts";
import { leaveOpen, rowOf, type TradeRow } from "./section-11-trades.ts";

/** The bars of one symbol: columns, decisions before `side` restricts them. */
export interface ReferenceSymbol {
  readonly symbol: string;
  readonly time: readonly number[];
  readonly open?: readonly number[] | undefined;
  readonly high?: readonly number[] | undefined;
  readonly low?: readonly number[] | undefined;
  readonly close: readonly number[];
  readonly directions: readonly number[];
  readonly strengths?: readonly number[] | undefined;
  readonly entries?: readonly number[] | undefined;
}

/** What the reference computes. */
export interface ReferenceRun {
  readonly time: readonly number[];
  readonly equity: readonly number[];
  readonly cash: readonly number[];
  readonly exposure: readonly number[];
  readonly heldBars: number;
  readonly trades: readonly TradeRow[];
  readonly state: State;
}

/** Section 3, the last two items: `side`, and the direction of proportional sizing. */
function barsOf(one: ReferenceSymbol, config: BacktestConfig): Bar[] {
  const clip = (value: number): number =>
    config.side === "long" ? Math.max(value, 0) : config.side === "short" ? Math.min(value, 0) : value;
  const sizing = config.sizing ?? (config.signal === "weight" ? "signalProportional" : "allIn");
  return one.time.map((time, i) => {
    const prices = [one.open?.[i], one.high?.[i], one.low?.[i], one.close[i]].filter((price) => price !== undefined);
    const decided = one.directions[i] as number;
    const weight = clip(one.strengths?.[i] ?? decided);
    return {
      time,
      open: one.open?.[i],
      close: one.close[i] as number,
      high: Math.max(...prices),
      low: Math.min(...prices),
      direction: sizing === "signalProportional" ? Math.sign(weight) : clip(decided),
      weight,
      isEntry: one.entries?.[i] === 1,
    };
  });
}

/** Section 4, event 5, and section 10. */
function delist(state: State, now: readonly Holding[], isLastTime: boolean): void {
  if (state.config.account !== "shared" || state.config.delisting !== "exit" || isLastTime) return;
  for (const holding of now) {
    if (holding.bar < holding.bars.length - 1) continue;
    const { close } = barNow(holding);
    fill(state, holding, {
      quantity: -holding.quantity,
      target: 0,
      reference: close,
      base: close,
      reason: "delisting",
      phase: "close",
    });
    holding.isListed = false;
  }
}

const equityOf = ({ cash, holdings }: State): number =>
  holdings.reduce((sum, { quantity, lastClose }) => sum + quantity * lastClose, cash);
const grossOf = ({ holdings }: State): number =>
  holdings.reduce((sum, { quantity, lastClose }) => sum + Math.abs(quantity) * lastClose, 0);

/** Section 9. */
function callMargin(state: State, now: readonly Holding[]): void {
  const { maintenanceMargin } = state.config;
  const gross = grossOf(state);
  if (maintenanceMargin === 0 || gross === 0 || equityOf(state) >= maintenanceMargin * gross) return;
  for (const holding of now) {
    if (holding.quantity === 0) continue;
    const { close } = barNow(holding);
    holding.lock = { direction: side(holding.quantity), bar: holding.bar };
    fill(state, holding, {
      quantity: -holding.quantity,
      target: 0,
      reference: close,
      base: close,
      reason: "marginCall",
      phase: "close",
    });
  }
}

/** Event 8: excursions (section 11) and water marks (section 7). */
function keep(holding: Holding): void {
  if (holding.quantity === 0) return;
  const { high, low, close } = barNow(holding);
  const { prices } = holding.trade as Trade;
  if (holding.isLate && holding.entryBar === holding.bar) {
    prices.push(close);
    return;
  }
  prices.push(high, low);
  holding.waterMark = holding.quantity > 0 ? Math.max(holding.waterMark, high) : Math.min(holding.waterMark, low);
}

function open(symbols: readonly ReferenceSymbol[], config: BacktestConfig): State {
  return {
    config,
    holdings: symbols.map((one) => ({
      symbol: one.symbol,
      bars: barsOf(one, config),
      bar: -1,
      previousIndex: -1,
      lastIndex: -1,
      quantity: 0,
      lastClose: 0,
      isListed: false,
      trade: undefined,
      averageCost: 0,
      waterMark: 0,
      entryRange: undefined,
      entryBar: 0,
      isLate: false,
      lock: undefined,
    })),
    index: -1,
    times: [],
    scheduled: [],
    cash: config.initialCapital,
    isBankrupt: false,
    bankruptAt: undefined,
    fills: [],
    trades: [],
    fees: 0,
    slippage: 0,
    traded: 0,
    borrowCost: 0,
    marginInterest: 0,
    cashInterest: 0,
  };
}

/**
 * Simulates one account, event by event, as the specification is written. It is quadratic in the bars and meant to be
 * read. Times of a separate account may be equal: each bar is an account time.
 */
export function simulate(symbols: readonly ReferenceSymbol[], config: BacktestConfig): ReferenceRun {
  const state = open(symbols, config);
  const [only] = symbols;
  const all =
    config.account === "shared"
      ? [...new Set(symbols.flatMap(({ time }) => time))].sort((a, b) => a - b)
      : [...(only?.time ?? [])];
  const run = { time: all, equity: [] as number[], cash: [] as number[], exposure: [] as number[] };
  let heldBars = 0;
  all.forEach((time, index) => {
    state.index = index;
    state.times.push(time);
    if (schedule(config.rebalance, all, index)) state.scheduled.push(index);
    const now = state.holdings.filter((holding) => {
      const hasBar =
        config.account === "shared" ? holding.bars[holding.bar + 1]?.time === time : holding.bar + 1 === index;
      if (hasBar) {
        holding.bar++;
        holding.previousIndex = holding.lastIndex;
        holding.lastIndex = index;
        if (holding.bar === 0) holding.isListed = true;
      }
      return hasBar;
    });
    const hasExits = config.stopLoss > 0 || config.takeProfit > 0 || config.trailingStop > 0;
    const atOpen = config.fill !== "nextClose" && only?.open !== undefined;
    accrue(state);
    if (atOpen && hasExits)
      for (const holding of now)
        if (holding.quantity !== 0 && wanted(state, holding) === side(holding.quantity))
          exitAtLevels(state, holding, "open");
    if (atOpen) fillDecisions(state, now, "open");
    if (hasExits)
      for (const holding of now) {
        const entersNow = holding.entryBar === holding.bar;
        if (holding.quantity !== 0 && !(entersNow && holding.isLate)) exitAtLevels(state, holding, "inside");
      }
    delist(state, now, index === all.length - 1);
    if (!atOpen) fillDecisions(state, now, "close");
    for (const holding of now) holding.lastClose = barNow(holding).close;
    callMargin(state, now);
    for (const holding of now) keep(holding);
    heldBars += now.filter(({ quantity }) => quantity !== 0).length;
    run.equity.push(equityOf(state));
    run.cash.push(state.cash);
    run.exposure.push(grossOf(state) / equityOf(state));
  });
  for (const holding of state.holdings) leaveOpen(state, holding);
  return { ...run, heldBars, trades: state.trades.map(rowOf), state };
}
