import { AtcError, type BacktestConfig, type ReadonlyTypedArray } from "@atc/contract";
import type { TimeUnit } from "../../base/calendar.ts";
import { groupLength, groupSize, memberAt, openGroupAccount } from "../../simulation/fast/group-state.ts";
import type { LaneKernel } from "../../simulation/fast/lane-kernel.ts";
import {
  type LaneMemory,
  type LaneShape,
  statesOfPortfolios,
  statesOfSymbol,
  timeLength,
} from "../../simulation/fast/lane-memory.ts";
import { returnTerms, yearsOf } from "../../simulation/fast/many-results.ts";
import { createDirectionRows, type DirectionMatrix } from "./direction-rows.ts";
import type { LaneOrder } from "./lane-order.ts";
import { createPartialSums, type GroupSums } from "./partial-sums.ts";
import type { MemorySource } from "./portfolio-memories.ts";
import { barsOfSymbol, barsOfUnion, type FinishedPortfolios, stateAt } from "./portfolio-results.ts";
import type { TimeUnion } from "./time-union.ts";

/** The rows of one symbol in a block. */
export interface PortfolioRows {
  /** Closing prices, finite and above 0. */
  readonly close: ReadonlyTypedArray<number>;
  /** Opening prices. Without them orders are filled at the close. */
  readonly open?: ReadonlyTypedArray<number> | undefined;
  /** The decisions at the closes: -1 short, 0 flat, 1 long. A row per configuration, or those of `directionOf`. */
  readonly directions: readonly Int8Array[] | DirectionMatrix;
}

/** Receives the returns of a portfolio at the next `length` times. The array is reused after the call. */
export type ReturnListener = (configuration: number, returns: Float64Array, length: number) => void;

/** What a memory for portfolios holds. */
export function shapeOf(union: TimeUnion, groups: number, directions: number): LaneShape {
  const { symbols, groups: timeGroups, blockLength } = union;
  return { groups, symbols, timeGroups: timeGroups.length, directions, blockLength };
}

function invalidDirection(configuration: number, symbol: number, bar: number, direction: number): AtcError {
  return new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the directions of configuration ${configuration} have "${direction}" at bar ${bar} of symbol ${symbol}; write -1 for short, 0 for flat or 1 for long`,
    { details: { configuration, symbol: String(symbol), bar, direction } },
  );
}

/** The argument of {@link createPortfolioLanes}. */
export interface PortfolioLanesOptions {
  readonly configs: readonly BacktestConfig[];
  readonly order: LaneOrder;
  readonly union: TimeUnion;
  readonly timeUnit: TimeUnit;
  /** The row of directions of each configuration. */
  readonly directionOf: ArrayLike<number>;
  /** Gives the memory. */
  readonly memories: MemorySource;
}

/** The accounts and portfolios in lanes, in a memory of their own, which disposal frees. */
export interface PortfolioLanes extends Disposable {
  readonly bytes: number;
  /** The state, and the bars of each symbol so far. */
  readonly state: FinishedPortfolios;
  readonly seen: Float64Array;
  /** Number of times so far. */
  readonly times: number;
  /** Adds the rows of symbols with equal times. */
  addGroup(group: GroupSums, members: readonly number[], rowsOf: (symbol: number) => PortfolioRows): void;
  /** Ends a block: adds the equities of its `length` times to the portfolios. */
  finishBlock(length: number): void;
  /** Passes on the returns of the latest block. */
  listReturns(configurations: readonly number[], listener: ReturnListener): void;
}

/** Lanes without a configuration have that of the first, and never trade. */
function configOf({ configs, order }: PortfolioLanesOptions, lane: number): BacktestConfig {
  return configs[Math.max(order.configurationOf[lane], 0)];
}

/** The states of a symbol's accounts in cash. */
function openStates({ layout }: LaneMemory, options: PortfolioLanesOptions): Float64Array {
  const { configs, memories, order } = options;
  const known = memories.opened.get(configs);
  if (known !== undefined) return known;
  const opened = new Float64Array(layout.symbolLength / 8);
  for (let lane = 0; lane < order.configurationOf.length; lane++) {
    const group = opened.subarray(Math.floor(lane / groupSize) * groupLength);
    const { initialCapital, feeBps, slippageBps, side } = configOf(options, lane);
    openGroupAccount(group, lane % groupSize, { initialCapital, feeBps, slippageBps, side, target: 0 });
  }
  memories.opened.set(configs, opened);
  return opened;
}

/** Opens all accounts in cash. Before its first row, an account is worth its capital. */
function openAccounts(memory: LaneMemory, options: PortfolioLanesOptions): void {
  const { union, timeUnit, order } = options;
  const { layout, doubles } = memory;
  const lanes = order.configurationOf.length;
  const opened = openStates(memory, options);
  // The accounts of all symbols begin alike, apart from the target.
  for (let symbol = 0; symbol < union.symbols; symbol++) statesOfSymbol(memory, symbol).set(opened);
  statesOfPortfolios(memory).fill(0);
  const configs = Array.from({ length: lanes }, (_, lane) => configOf(options, lane));
  if (configs.some(({ riskFreeRate }) => riskFreeRate !== 0))
    for (let symbol = 0; symbol < union.symbols; symbol++) {
      const states = statesOfSymbol(memory, symbol);
      const counted = barsOfSymbol(union, timeUnit, symbol);
      const years = yearsOf(counted);
      for (const [lane, config] of configs.entries())
        states[stateAt(lane) + memberAt.target] = returnTerms(config, counted.bars, years).targetReturn;
    }
  for (const [timeGroup, members] of union.groups.entries())
    for (let lane = 0; lane < lanes; lane++) {
      let sum = 0;
      for (let k = 0; k < members.length; k++) sum += configs[lane].initialCapital;
      doubles[layout.latest / 8 + timeGroup * lanes + lane] = sum;
    }
}

function checkPrices({ close, open: opens = close }: PortfolioRows, symbol: number, count: number): void {
  if (close.length === count && opens.length === count) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `symbol ${symbol} has ${count} rows in the block, ${close.length} closes and ${opens.length} opens; give a price per row`,
    { details: { symbol: String(symbol), rows: count, close: close.length, open: opens.length } },
  );
}

/** The index of a lane's first double in a matrix. */
function matrixAt({ layout }: LaneMemory, matrix: number, lane: number): number {
  const group = Math.floor(lane / groupSize);
  return (layout.matrices + matrix * layout.matrixLength + group * layout.stride) / 8 + (lane % groupSize);
}

/** Creates accounts and portfolios before their first bar. */
export function createPortfolioLanes(options: PortfolioLanesOptions): PortfolioLanes {
  const { configs, order, union, timeUnit, directionOf, memories } = options;
  const { groups, openGroups, configurationOf, laneOf } = order;
  const directions = Array.from(directionOf).reduce((most, row) => Math.max(most, row + 1), 1);
  const kernel: LaneKernel = memories.take(shapeOf(union, groups, directions));
  const { memory } = kernel;
  const { layout, doubles, bytes, words } = memory;
  const rows = createDirectionRows({ memory, order, rowOf: directionOf });
  const sums = createPartialSums(kernel);
  const first = new Float64Array(configurationOf.length);
  const seen = new Float64Array(union.symbols);
  const listed = new Float64Array(union.blockLength);
  let times = 0;
  let latest = { matrix: 0, length: 0, skipped: 0 };
  openAccounts(memory, options);

  /** Each portfolio begins at its first equity: the sum of the capitals, which need not be the capital in every bit. */
  function openPortfolios(matrix: number): void {
    const states = statesOfPortfolios(memory);
    const { length } = union;
    const years = yearsOf(barsOfUnion(union, timeUnit));
    for (let lane = 0; lane < configurationOf.length; lane++) {
      const at = stateAt(lane);
      first[lane] = doubles[matrixAt(memory, matrix, lane)] / union.symbols;
      for (const name of ["last", "maximum", "trough"] as const) states[at + memberAt[name]] = first[lane];
      states[at + memberAt.target] = returnTerms(configOf(options, lane), length, years).targetReturn;
    }
  }

  /** Sets the sums of the first `count` rows to 0. */
  function clearSums(count: number): void {
    for (let group = 0; group < groups; group++) {
      const from = matrixAt(memory, 0, group * groupSize);
      doubles.fill(0, from, from + (count * timeLength) / 8);
    }
  }

  function invalidAt(lane: number, symbol: number, count: number): AtcError {
    const at = words[layout.sources / 4 + lane];
    const row = bytes.subarray(at, at + count);
    const wrong = row.findIndex((direction) => direction < -1 || direction > 1);
    return invalidDirection(configurationOf[lane], symbol, seen[symbol] + wrong, row[wrong]);
  }

  function addRows(symbol: number, given: PortfolioRows, count: number): void {
    checkPrices(given, symbol, count);
    doubles.set(given.close, layout.close / 8);
    if (given.open !== undefined && openGroups > 0) doubles.set(given.open, layout.fill / 8);
    rows.copy(given.directions, count);
    const step = { symbol, bars: seen[symbol], count };
    const fill = given.open === undefined ? "close" : "fill";
    const atOpen = kernel.advance({ ...step, from: 0, to: openGroups, fill });
    if (atOpen >= 0) throw invalidAt(atOpen, symbol, count);
    const atClose = kernel.advance({ ...step, from: openGroups, to: groups, fill: "close" });
    if (atClose >= 0) throw invalidAt(atClose, symbol, count);
    seen[symbol] += count;
  }

  return {
    bytes: layout.length,
    state: { memory, order, configs, union, timeUnit, first },
    seen,
    get times() {
      return times;
    },
    addGroup(group, members, rowsOf) {
      const { count } = group;
      if (count > 0) {
        clearSums(count);
        for (const symbol of members) addRows(symbol, rowsOf(symbol), count);
      }
      sums.add(group);
    },
    finishBlock(length) {
      const matrix = sums.total();
      // The first time of all has no return.
      latest = { matrix, length, skipped: times === 0 ? 1 : 0 };
      if (length === 0) return;
      if (times === 0) openPortfolios(matrix);
      kernel.finish(matrix, times, length);
      times += length;
    },
    listReturns(configurations, listener) {
      const { matrix, length, skipped } = latest;
      if (length <= skipped) return;
      for (const configuration of configurations) {
        const from = matrixAt(memory, matrix, laneOf[configuration]);
        for (let i = skipped; i < length; i++) listed[i - skipped] = doubles[from + i * groupSize];
        listener(configuration, listed, length - skipped);
      }
    },
    [Symbol.dispose]: () => memories.give(kernel),
  };
}
