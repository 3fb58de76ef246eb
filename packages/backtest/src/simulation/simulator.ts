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
  /** The prices at which orders of the bar before are filled: `open`, or `close` itself. */
  readonly fill: ReadonlyTypedArray<number>;
  /** What is decided at each close: -1 short, 0 flat, 1 long. */
  readonly directions: Int8Array;
}

/** Where an account stands after the bars taken so far. */
export interface SimulatedAccount {
  /** Bars taken. */
  readonly bars: number;
  /** Time of the first bar. */
  readonly firstTime: bigint;
  /** Time of the last bar. */
  readonly lastTime: bigint;
  /** First close. */
  readonly firstClose: number;
  /** Last close. */
  readonly lastClose: number;
  /** What the closed trades come to. */
  readonly trades: TradeStatistics;
  /** Statistics of the equity. */
  readonly statistics: Readonly<EquityStatistics>;
  /** Bars that closed with a position. */
  readonly heldBars: number;
  /** Sum of the absolute notional of all fills. */
  readonly traded: number;
  /** Sum of all fees. */
  readonly fees: number;
  /** Equity at the last close of an account that followed the same directions without costs. */
  readonly grossEquity: number;
  /** Time of the fill at which the account was lost; undefined where it was not. */
  readonly bankruptAt: bigint | undefined;
}

/** Fills, costs and equity of one account, block by block, with constant state. */
export interface Simulator {
  /**
   * Takes the next bars and writes the equity at each close into `equity`, which has room for them. What the last bar decides is filled in the
   * first bar of the next call.
   *
   * @throws ATC_INVALID_ARGUMENT where a direction is not -1, 0 or 1; the simulator is of no use afterwards.
   */
  push(bars: SimulatedBars, equity: Float64Array): void;
  /** Where the account stands; the simulator can go on afterwards. */
  account(): SimulatedAccount;
  /** Hands on the trades that are left, an open position last, marked at the last close. Nothing may be pushed afterwards. */
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
 * A simulator of the arithmetic of `docs/backtest-spec.md` with an account of `config.initialCapital`. Of `config`, `fill` and `invalidPrices` are
 * the caller's to apply.
 *
 * @param config - sides, costs and capital
 * @param onTrades - receives the trades in portions, in the order in which they end; the arrays are used again after each call
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

  // No allocation, closure or iterator a bar; a fill costs a call and the BigInt of its time.
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
