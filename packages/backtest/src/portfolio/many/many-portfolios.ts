import { AtcError, type BacktestConfig } from "@atc/contract";
import type { TimeUnit } from "../../base/calendar.ts";
import { laneLayout } from "../../simulation/fast/lane-memory.ts";
import type { ManyResults } from "../../simulation/fast/many-results.ts";
import { checkConfigurations, laneOrder, mostGroups } from "./lane-order.ts";
import {
  createPortfolioLanes,
  type PortfolioLanes,
  type PortfolioRows,
  type ReturnListener,
  shapeOf,
} from "./portfolio-lanes.ts";
import { memorySource, type PortfolioMemories } from "./portfolio-memories.ts";
import { type ManyPortfolioResults, portfolioResults, resultsOfSymbol } from "./portfolio-results.ts";
import type { TimeUnion } from "./time-union.ts";
import type { UnionBlock } from "./union-block.ts";

/** Options of {@link createManyPortfolios}. */
export interface ManyPortfoliosOptions {
  /**
   * The configurations: of the default sizing, with an account per symbol, and no costs but `feeBps` and `slippageBps`.
   * They may differ in these two, `side`, `initialCapital`, `fill`, `riskFreeRate` and `barsPerYear`.
   */
  readonly configurations: readonly Partial<BacktestConfig>[];
  /** The times of the symbols, in the order of the portfolio: that of their names, for the bits of `backtest`. */
  readonly union: TimeUnion;
  /** The row of directions that each configuration trades. Default: its own index. */
  readonly directionOf?: ArrayLike<number> | undefined;
  /** Unit of the times. Defaults to `ms`. */
  readonly timeUnit?: TimeUnit | undefined;
  /**
   * The configurations whose portfolio's returns are listed, and the function that receives them, block by block. The
   * first time has no return. Default: none.
   */
  readonly returns?: { readonly configurations: readonly number[]; readonly onReturns: ReturnListener } | undefined;
  /** Memories of earlier portfolios to use again. Disposal returns them. Default: a memory of its own. */
  readonly memories?: PortfolioMemories | undefined;
}

/**
 * The portfolios of many configurations over the same symbols, block by block: of each configuration and symbol the
 * account, and of each configuration the equity of all accounts together. It keeps no curves.
 */
export interface ManyPortfolios extends Disposable {
  /** Bytes of memory, apart from the union's. */
  readonly bytes: number;
  /**
   * Adds the next block of the union. `rowsOf` is called for each symbol with rows in the block, in the order of
   * `union.groups`, and what it returns is read before the next call.
   *
   * @throws ATC_INVALID_ARGUMENT if blocks are not in order, if columns are not as long as the symbol's rows, or if a
   * direction is not -1, 0 or 1; ATC_CLOSED after disposal; what `rowsOf` and the listener throw. The portfolios are
   * unusable afterwards
   */
  push(block: UnionBlock, rowsOf: (symbol: number) => PortfolioRows): void;
  /**
   * The figures of the portfolios.
   *
   * @throws ATC_INVALID_ARGUMENT before the last block; ATC_CLOSED
   */
  results(): ManyPortfolioResults;
  /** The figures of one symbol's account under each configuration, with the errors of `results`. */
  ofSymbol(symbol: number): ManyResults;
}

/**
 * Bytes that the portfolios of a number of configurations take at most, for dividing a list of configurations.
 *
 * @param directions - number of rows of directions. Default: one per configuration
 */
export function manyPortfoliosBytes(
  configurations: number,
  union: TimeUnion,
  directions: number = configurations,
): number {
  return laneLayout(shapeOf(union, mostGroups(configurations), directions)).length;
}

function checkDirectionOf(given: ArrayLike<number> | undefined, configurations: number): ArrayLike<number> {
  const rowOf = given ?? Array.from({ length: configurations }, (_, index) => index);
  const areRows = Array.from(rowOf).every((row) => Number.isInteger(row) && row >= 0);
  if (areRows && rowOf.length === configurations) return rowOf;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `directionOf names ${rowOf.length} rows for ${configurations} configurations; give a row, 0 or above, for each`,
    { details: { rows: rowOf.length, configurations } },
  );
}

function checkSelected(selected: readonly number[], configurations: number): void {
  const wrong = selected.find((index) => !(Number.isInteger(index) && index >= 0 && index < configurations));
  if (wrong === undefined) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `returns names configuration ${wrong}, and there are ${configurations}; give indices from 0 on`,
    { details: { configuration: wrong, configurations } },
  );
}

function outOfOrder(block: number, wanted: number, symbol: number): AtcError {
  return new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the block begins at row ${block} of symbol ${symbol}, and row ${wanted} is next; push all blocks of the union in order`,
    { details: { row: block, next: wanted, symbol: String(symbol) } },
  );
}

/**
 * Creates the portfolios of many configurations, which trade the same symbols by different directions or with different
 * costs. Eight configurations advance together in the lanes of vectors. Figures are bit-identical to those of
 * `backtest` under `account: separate`. An account takes 176 bytes, and a configuration 1 kB or a few in addition, so
 * memory does not grow with the bars.
 *
 * @throws ATC_INVALID_CONFIG with the index in `details.configuration`; ATC_INVALID_ARGUMENT; ATC_UNSUPPORTED if one
 * memory cannot hold so many accounts: see {@link manyPortfoliosBytes}
 */
export function createManyPortfolios(options: ManyPortfoliosOptions): ManyPortfolios {
  const { union, timeUnit = "ms", returns } = options;
  const { blockLength } = union;
  const configs = checkConfigurations(options.configurations);
  const directionOf = checkDirectionOf(options.directionOf, configs.length);
  checkSelected(returns?.configurations ?? [], configs.length);
  const order = laneOrder(configs);
  let lanes: PortfolioLanes | undefined = createPortfolioLanes({
    configs,
    order,
    union,
    timeUnit,
    directionOf,
    memories: memorySource(options.memories),
  });
  const { bytes } = lanes;

  function open(): PortfolioLanes {
    if (lanes !== undefined) return lanes;
    throw new AtcError("ATC_CLOSED", "the portfolios are disposed of; create others");
  }

  function finished(): PortfolioLanes["state"] {
    const { times, seen, state } = open();
    if (times === union.length && seen.every((count, symbol) => count === union.rows[symbol])) return state;
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `${times} of ${union.length} times were pushed; push all blocks of the union first`,
      { details: { times, wanted: union.length } },
    );
  }

  return {
    bytes,
    push({ length, from, to, rowAt }, rowsOf) {
      const own = open();
      const wrong = own.seen.findIndex((count, symbol) => count !== from[symbol]);
      if (wrong >= 0) throw outOfOrder(from[wrong], own.seen[wrong], wrong);
      for (const [timeGroup, members] of union.groups.entries()) {
        const count = to[members[0]] - from[members[0]];
        const places = rowAt.subarray(timeGroup * blockLength, timeGroup * blockLength + length);
        own.addGroup({ timeGroup, count, length, rowAt: places }, members, rowsOf);
      }
      own.finishBlock(length);
      if (returns !== undefined) own.listReturns(returns.configurations, returns.onReturns);
    },
    results: () => portfolioResults(finished()),
    ofSymbol(symbol) {
      const state = finished();
      if (symbol in union.rows) return resultsOfSymbol(state, symbol);
      throw new AtcError("ATC_INVALID_ARGUMENT", `symbol ${symbol} is not one of ${union.symbols}; count from 0`, {
        details: { symbol: String(symbol), symbols: union.symbols },
      });
    },
    [Symbol.dispose]() {
      lanes?.[Symbol.dispose]();
      lanes = undefined;
    },
  };
}
