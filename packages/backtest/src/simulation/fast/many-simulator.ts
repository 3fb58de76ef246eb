import { AtcError, type BacktestConfig, type ReadonlyTypedArray } from "@atc/contract";
import { type TimeUnit, yearsBetween } from "../../base/calendar.ts";
import { validateBacktestConfig } from "../../base/configuration.ts";
import { type AccountKernel, accountKernel, withKernel } from "./account-kernel.ts";
import type { AccountKey } from "./account-state.ts";
import { groupLength, groupSize, openGroupAccount } from "./group-state.ts";
import { slowKeys } from "./is-fast.ts";
import { type ManyResults, manyResults } from "./many-results.ts";
import { blockLength, directionStride } from "./working-rows.ts";

/** The next bars, and what each account decides at their closes. All columns are equally long. */
export interface ManyBars {
  /** Times in the accounts' unit. */
  readonly times: BigInt64Array;
  /** Closing prices, finite and above 0. */
  readonly close: ReadonlyTypedArray<number>;
  /** Opening prices. Without them orders are filled at the close. */
  readonly open?: ReadonlyTypedArray<number> | undefined;
  /** The decisions of each account: -1 short, 0 flat, 1 long. */
  readonly directions: readonly Int8Array[];
}

/** Options of {@link createManySimulator}. */
export interface ManySimulatorOptions {
  /** Number of accounts, 1 or more. */
  readonly accounts: number;
  /** Fills and costs of all accounts. Default: `backtestDefaults`. */
  readonly config?: Partial<BacktestConfig> | undefined;
  /** The keys in which an account differs from `config`, by account. Default: none. */
  readonly settings?: readonly Partial<Pick<BacktestConfig, AccountKey>>[] | undefined;
  /** Unit of the times. Defaults to `ms`. */
  readonly timeUnit?: TimeUnit | undefined;
  /**
   * The return per bar above which the Sharpe and Sortino ratios count: `riskFreeRate` / bars per year. It must be
   * known before the first bar. Defaults to 0, so `riskFreeRate` is not read.
   */
  readonly targetReturn?: number | undefined;
}

/** Computes many accounts over the same prices, block by block, with constant state per account. */
export interface ManySimulator {
  /**
   * Adds the next bars. The decisions of the last one are filled in the first bar of the next call.
   *
   * @throws ATC_INVALID_ARGUMENT if there is not a column of directions per account, as long as the prices, or if a
   * direction is not -1, 0 or 1; the simulator is unusable afterwards
   */
  push(bars: ManyBars): void;
  /** The figures of all accounts after the bars so far. More bars may follow. */
  results(): ManyResults;
}

/** One account's directions that are not valid. */
function invalidDirection(account: number, bar: number, direction: number): AtcError {
  return new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the directions of account ${account} have "${direction}" at bar ${bar}; write -1 for short, 0 for flat or 1 for long`,
    { details: { account, bar, direction } },
  );
}

function checkColumns({ close, times, open, directions }: ManyBars, accounts: number): void {
  const { length } = close;
  if (directions.length !== accounts)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `there are ${directions.length} columns of directions for ${accounts} accounts; give one per account`,
      { details: { columns: directions.length, accounts } },
    );
  const wrong = directions.findIndex((column) => column.length !== length);
  const name = wrong >= 0 ? `directions of account ${wrong}` : times.length === length ? "open" : "times";
  const own = wrong >= 0 ? directions[wrong].length : times.length === length ? (open ?? close).length : times.length;
  if (own === length) return;
  throw new AtcError("ATC_INVALID_ARGUMENT", `the column "${name}" has ${own} rows, and "close" has ${length}`, {
    details: { column: name, rows: own, close: length },
  });
}

/**
 * A configuration that accounts in lanes can follow, complete.
 *
 * @throws ATC_INVALID_CONFIG with the keys that they cannot follow in `details.keys`
 */
export function checkLaneConfig(config: Partial<BacktestConfig>): BacktestConfig {
  const whole = validateBacktestConfig(config);
  const slow = slowKeys(whole);
  if (slow.length === 0) return whole;
  const keys = slow.map((key) => `"${key}"`).join(", ");
  throw new AtcError(
    "ATC_INVALID_CONFIG",
    `many accounts at once have the default sizing, and no costs but feeBps and slippageBps; remove ${keys}, or use createSimulator`,
    { details: { keys: slow } },
  );
}

/** Rows `from` to `to` of a column, itself if that is all. */
function part<Column extends { subarray(from: number, to: number): Column; readonly length: number }>(
  column: Column,
  from: number,
  to: number,
): Column {
  return to - from === column.length ? column : column.subarray(from, to);
}

/**
 * Creates accounts like `createSimulator`'s with its default sizing: all-in, costs in basis points, no protective
 * exits. Each follows its own directions over the same prices. Eight advance together in the lanes of vectors; results
 * are bit-identical to those of separate simulators.
 *
 * @throws ATC_INVALID_CONFIG; ATC_INVALID_ARGUMENT for a number of accounts below 1, or settings for another number
 */
export function createManySimulator(options: ManySimulatorOptions): ManySimulator {
  const { accounts, settings, timeUnit = "ms", targetReturn = 0 } = options;
  if (!Number.isInteger(accounts) || accounts < 1 || (settings ?? { length: accounts }).length !== accounts)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `there are ${accounts} accounts and ${settings?.length ?? "no"} settings; give 1 account or more, and settings for each or for none`,
      { details: { accounts, settings: settings?.length ?? 0 } },
    );
  const config = checkLaneConfig(options.config ?? {});
  const each = Array.from({ length: accounts }, (_, index) =>
    settings === undefined ? config : checkLaneConfig({ ...config, ...settings[index] }),
  );
  const preferred = accountKernel();
  const groups = Math.ceil(accounts / groupSize);
  const states = new Float64Array(groups * groupLength);
  const stateOf = (group: number): Float64Array => states.subarray(group * groupLength, (group + 1) * groupLength);
  const groupStates = Array.from({ length: groups }, (_, group) => stateOf(group));
  // The last group is filled up with accounts that never trade.
  for (let place = 0; place < groups * groupSize; place++)
    openGroupAccount(groupStates[Math.floor(place / groupSize)], place % groupSize, {
      ...(each[place] ?? config),
      target: targetReturn,
    });
  let bars = 0;
  let firstTime = 0n;
  let lastTime = 0n;

  /** Adds rows `from` to `to`, whose prices are in the kernel's rows, to a group. */
  function advance(kernel: AccountKernel, group: number, { directions }: ManyBars, from: number, to: number): void {
    const { rows } = kernel;
    const count = to - from;
    rows.group.set(groupStates[group]);
    for (let place = 0; place < groupSize; place++) {
      const column = directions[group * groupSize + place];
      const at = place * directionStride + 16;
      if (column === undefined) rows.groupDirections.fill(0, at, at + count);
      else rows.groupDirections.set(part(column, from, to), at);
    }
    const place = kernel.advanceGroup(bars + from, count);
    if (place < groupSize) {
      const account = group * groupSize + place;
      const column = directions[account];
      const bar = column.findIndex((direction, row) => row >= from && (direction < -1 || direction > 1));
      throw invalidDirection(account, bars + bar, column[bar]);
    }
    groupStates[group].set(rows.group);
  }

  return {
    push(next) {
      checkColumns(next, accounts);
      const { close, open, times } = next;
      const { length } = close;
      if (length === 0) return;
      const fill = config.fill === "nextOpen" && open !== undefined ? open : close;
      withKernel(preferred, (kernel) => {
        for (let from = 0; from < length; from += blockLength) {
          const to = Math.min(length, from + blockLength);
          kernel.rows.close.set(part(close, from, to));
          kernel.rows.fill.set(part(fill, from, to));
          for (let group = 0; group < groups; group++) advance(kernel, group, next, from, to);
        }
      });
      if (bars === 0) firstTime = times[0];
      lastTime = times[length - 1];
      bars += length;
    },
    results() {
      const years = yearsBetween(firstTime, lastTime, timeUnit);
      const { barsPerYear = (bars - 1) / years } = config;
      return manyResults(accounts, bars, (account) => ({
        bars,
        years,
        barsPerYear,
        targetReturn,
        first: each[account].initialCapital,
        states,
        at: Math.floor(account / groupSize) * groupLength + (account % groupSize),
      }));
    },
  };
}
