import type { Trades } from "../account/trades.ts";
import type { SimulatedAccount } from "../simulation/account-rows.ts";

/** What one symbol contributed to an account that many symbols share. */
export interface SymbolContribution {
  /** The symbol. */
  readonly symbol: string;
  /** Number of its bars. */
  readonly bars: number;
  /** Share of its bars that closed with a position. */
  readonly exposure: number;
  /** Number of its closed trades. */
  readonly trades: number;
  /** Share of them with a profit; null without a trade. */
  readonly winRate: number | null;
  /** Fees of all its trades, open ones included, in money. */
  readonly fees: number;
  /** Slippage of all its trades, in money. */
  readonly slippage: number;
  /** Profit of all its trades after fees, open ones at the last close, in money. */
  readonly profit: number;
  /** Profit divided by the initial capital. */
  readonly contribution: number;
  /** Return of holding from its first close to its last; null if it is not finite. */
  readonly buyAndHold: number | null;
}

/** Adds up the trades of an account by symbol. */
export interface Contributions {
  addTrades(trades: Trades, symbols: Int32Array): void;
  /** The contributions, in symbol order. */
  finish(account: SimulatedAccount, capital: number): readonly SymbolContribution[];
}

/** Contributions of no trades. */
export function createContributions(names: readonly string[]): Contributions {
  const closed = new Float64Array(names.length);
  const wins = new Float64Array(names.length);
  const fees = new Float64Array(names.length);
  const slippage = new Float64Array(names.length);
  const profit = new Float64Array(names.length);
  return {
    addTrades(trades, symbols) {
      for (let i = 0; i < trades.length; i++) {
        const symbol = symbols[i];
        fees[symbol] += trades.fees[i];
        slippage[symbol] += trades.slippage[i];
        profit[symbol] += trades.profit[i];
        if (trades.open[i] === 1) continue;
        closed[symbol]++;
        if (trades.profit[i] > 0) wins[symbol]++;
      }
    },
    finish: (account, capital) =>
      names.map((symbol, place) => {
        const { bars, heldBars, firstClose, lastClose } = account.symbols[place];
        const holding = lastClose / firstClose - 1;
        return {
          symbol,
          bars,
          exposure: heldBars / bars,
          trades: closed[place],
          winRate: closed[place] === 0 ? null : wins[place] / closed[place],
          fees: fees[place],
          slippage: slippage[place],
          profit: profit[place],
          contribution: profit[place] / capital,
          buyAndHold: Number.isFinite(holding) ? holding : null,
        };
      }),
  };
}
