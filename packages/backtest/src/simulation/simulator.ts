import { AtcError, type BacktestConfig, type ReadonlyTypedArray } from "@atc/contract";
import { type Account, openAccount, rebalance } from "../account/account.ts";
import { createTradeLedger, type TradeListener, type TradeStatistics } from "../account/trades.ts";
import { addEquities, createEquityStatistics, type EquityStatistics } from "../statistics/equity-statistics.ts";

/** The next bars of one symbol: columns of equal length, prices finite and above 0. */
export interface SimulatedBars {
  /** Times in the series' unit. */
  readonly times: BigInt64Array;
  /** Closing prices. */
  readonly close: ReadonlyTypedArray<number>;
  /** The prices that fill orders of the bar before: `open` or `close`. */
  readonly fill: ReadonlyTypedArray<number>;
  /** The decision at each close: -1 short, 0 flat, 1 long. */
  readonly directions: Int8Array;
}

/** The state of an account after the bars so far. */
export interface SimulatedAccount {
  /** Number of bars. */
  readonly bars: number;
  /** Time of the first bar. */
  readonly firstTime: bigint;
  /** Time of the last bar. */
  readonly lastTime: bigint;
  /** First close. */
  readonly firstClose: number;
  /** Last close. */
  readonly lastClose: number;
  /** Statistics of the closed trades. */
  readonly trades: TradeStatistics;
  /** Statistics of the equity. */
  readonly statistics: Readonly<EquityStatistics>;
  /** Number of bars that closed with a position. */
  readonly heldBars: number;
  /** Sum of the absolute notional of all fills. */
  readonly traded: number;
  /** Sum of all fees. */
  readonly fees: number;
  /** Equity at the last close of an account with the same directions and no costs. */
  readonly grossEquity: number;
  /** Time of the fill at which the account was lost; undefined if it was not. */
  readonly bankruptAt: bigint | undefined;
}

/** Computes fills, costs and equity of one account, block by block, with constant state. */
export interface Simulator {
  /**
   * Adds the next bars and writes the equity at each close to `equity`, which must be as long. The decision of the
   * last bar is filled in the first bar of the next call.
   *
   * @throws ATC_INVALID_ARGUMENT if a direction is not -1, 0 or 1; the simulator is unusable afterwards
   */
  push(bars: SimulatedBars, equity: Float64Array): void;
  /** The state of the account. More bars may follow. */
  account(): SimulatedAccount;
  /** Passes on the remaining trades, with an open position last, valued at the last close. No bars may follow. */
  finish(): void;
}

interface Position {
  /** Direction decided at the last close, not yet filled. */
  pending: number;
  /** Direction of the last fill. */
  held: number;
  heldBars: number;
  bars: number;
  firstTime: bigint;
  lastTime: bigint;
  firstClose: number;
  lastClose: number;
  bankruptAt: bigint | undefined;
}

function invalidDirection(direction: number, bar: number): AtcError {
  return new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the strategy decided "${direction}" at bar ${bar}; write -1 for short, 0 for flat or 1 for long`,
    { details: { bar, direction } },
  );
}

/**
 * Creates a simulator of `docs/backtest-spec.md` with an account of `config.initialCapital`. The caller applies `fill`
 * and `invalidPrices` of `config`.
 *
 * @param config - sides, costs and capital
 * @param onTrades - receives the trades in blocks, in the order in which they end; the arrays are reused after each
 * call
 */
export function createSimulator(config: BacktestConfig, onTrades: TradeListener = () => undefined): Simulator {
  const net = openAccount(config.initialCapital, config.feeBps, config.slippageBps);
  const gross = openAccount(config.initialCapital, 0, 0);
  const lowest = config.side === "long" ? 0 : -1;
  const highest = config.side === "short" ? 0 : 1;
  const ledger = createTradeLedger(onTrades);
  const statistics = createEquityStatistics();
  const position: Position = {
    pending: 0,
    held: 0,
    heldBars: 0,
    bars: 0,
    firstTime: 0n,
    lastTime: 0n,
    firstClose: 0,
    lastClose: 0,
    bankruptAt: undefined,
  };

  function fill(direction: number, price: number, time: bigint): void {
    rebalance(gross, direction, price);
    if (rebalance(net, direction, price))
      ledger.fill(time, net.fillPrice, net.quantityBefore, net.quantity, net.feeRate);
    if (net.bankrupt && position.bankruptAt === undefined) position.bankruptAt = time;
  }

  // No allocation, closure or iterator per bar; a fill costs a call and the BigInt of its time.
  function simulate(bars: SimulatedBars, equity: Float64Array, length: number): void {
    const { times, close, fill: fillPrices, directions } = bars;
    let { pending, held, heldBars } = position;
    let { cash, quantity } = net;
    for (let i = 0; i < length; i++) {
      if (pending !== held) {
        fill(pending, fillPrices[i], times[i]);
        held = pending;
        ({ cash, quantity } = net);
      }
      if (quantity !== 0) heldBars++;
      equity[i] = cash + quantity * close[i];
      const direction = directions[i];
      if (direction < -1 || direction > 1) throw invalidDirection(direction, position.bars + i);
      pending = Math.max(lowest, Math.min(direction, highest));
    }
    position.pending = pending;
    position.held = held;
    position.heldBars = heldBars;
  }

  return {
    push(bars, equity) {
      const length = bars.close.length;
      if (length === 0) return;
      if (position.bars === 0) {
        position.firstTime = bars.times[0];
        position.firstClose = bars.close[0];
      }
      simulate(bars, equity, length);
      addEquities(statistics, equity, bars.times, length);
      position.lastTime = bars.times[length - 1];
      position.lastClose = bars.close[length - 1];
      position.bars += length;
    },
    account: () => standing(position, net, gross, statistics, { ...ledger.statistics }),
    finish: () => ledger.finish(position.lastTime, position.lastClose),
  };
}

function standing(
  position: Position,
  net: Account,
  gross: Account,
  statistics: EquityStatistics,
  trades: TradeStatistics,
): SimulatedAccount {
  return {
    bars: position.bars,
    firstTime: position.firstTime,
    lastTime: position.lastTime,
    firstClose: position.firstClose,
    lastClose: position.lastClose,
    trades,
    statistics: { ...statistics },
    heldBars: position.heldBars,
    traded: net.traded,
    fees: net.fees,
    grossEquity: gross.cash + gross.quantity * position.lastClose,
    bankruptAt: position.bankruptAt,
  };
}
