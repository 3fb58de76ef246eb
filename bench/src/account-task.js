// The accounts of a built checkout, for scenarios/account.js, which imports two checkouts by path: this one, and one
// from before accounts had points and columns of their own.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const blockLength = 32_768;

/** Rows `from` to `to` of every column. */
function part(columns, from, to) {
  return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.subarray(from, to)]));
}

/** What a checkout's account of one symbol ends with, in the form of the present one. */
function totalsOf(account) {
  return account.totals === undefined ? account.account() : account.totals();
}

/** Adds bars to an account; earlier ones were given the prices of fills instead of the open. */
function push(account, bars, equity) {
  if (account.totals === undefined) account.push({ ...bars, fill: bars.open }, equity);
  else account.push(bars, { times: bars.times, equity });
}

/**
 * The functions of a built checkout over `bars` with times, open and close.
 *
 * @param {string} root
 */
export async function accountsOf(root, bars) {
  const load = (path) => import(pathToFileURL(join(root, path)).href);
  const library = await load("packages/backtest/dist/index.js");
  const { backtestDefaults } = await load("packages/contract/dist/index.js");
  const isBefore = library.createAccount === undefined;
  const { length } = bars.close;
  const equity = new Float64Array(length);

  /** Simulates directions from the first bar to the last. Trades go to `onTrades`, if there is one. */
  function simulate(directions, config, onTrades, options = {}, onBlock = () => undefined) {
    const whole = { ...backtestDefaults, ...config };
    const account = isBefore
      ? library.createSimulator(whole, onTrades)
      : library.createSimulator(whole, { ...options, onTrades });
    for (let from = 0; from < length; from += blockLength) {
      const to = Math.min(length, from + blockLength);
      onBlock(to - from);
      push(account, part({ ...bars, directions }, from, to), equity.subarray(from, to));
    }
    account.finish();
    return totalsOf(account);
  }

  return {
    /** The account and what metrics are made of. */
    account: (directions, config) => simulate(directions, config),
    /** The same, with all trades in arrays. */
    accountWithTrades(directions, config, options) {
      const sink = library.arraySink(length);
      const totals = simulate(
        directions,
        config,
        (trades) => sink.takeTrades(trades),
        options,
        (count) => {
          sink.room(count);
          sink.takeBars(count);
        },
      );
      return { ...totals, listed: sink.arrays().trades.length };
    },
    simulateMany: library.simulateMany,
  };
}
