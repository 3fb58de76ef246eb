import { AtcError } from "@atc/contract";
import { groupByTimes, type TimedRows } from "../equal-times.ts";
import type { UnionBlock } from "./union-block.ts";
import { createUnionWalk } from "./union-walk.ts";

/** The union of the times of symbols, in blocks. */
export interface TimeUnion {
  /** Number of symbols. */
  readonly symbols: number;
  /** Number of rows of each symbol. */
  readonly rows: readonly number[];
  /** The first time of each symbol. */
  readonly firstTimes: readonly bigint[];
  /** The last time of each symbol. */
  readonly lastTimes: readonly bigint[];
  /** The symbols whose times are equal. Sums are added in this order, which decides their last bits. */
  readonly groups: readonly (readonly number[])[];
  /** Number of times of the union. */
  readonly length: number;
  /** The first time; 0 without times. */
  readonly firstTime: bigint;
  /** The last time; 0 without times. */
  readonly lastTime: bigint;
  /** Most times of a block, and most rows of a symbol in a block. */
  readonly blockLength: number;
  /** All blocks from the first on. A block is valid until the next one, which reuses its arrays. */
  blocks(): Generator<UnionBlock, void, void>;
}

/** Options of {@link planTimeUnion}. */
export interface TimeUnionOptions {
  /**
   * The start of the accounts' period, in the unit of the times: the union starts at the last time before it. Default:
   * the first time of all.
   */
  readonly from?: bigint | undefined;
  /**
   * Most times of a block, and most rows of a symbol in it: 64 to 4096, a multiple of 64. Default: 128, or up to 1,024
   * if symbols have few times in common. Results do not depend on it.
   */
  readonly blockLength?: number | undefined;
}

const defaultBlockLength = 128;
const longestDefault = 1024;

function checkBlockLength(blockLength: number): number {
  if (Number.isInteger(blockLength / 64) && blockLength >= 64 && blockLength <= 4096) return blockLength;
  throw new AtcError("ATC_INVALID_ARGUMENT", `blockLength is ${blockLength}; give a multiple of 64, 64 to 4096`, {
    details: { blockLength },
  });
}

function checkRows(symbols: readonly TimedRows[]): void {
  const symbol = symbols.findIndex(({ bars }) => !(Number.isSafeInteger(bars) && bars >= 1));
  if (symbol < 0 && symbols.length > 0) return;
  const what =
    symbol < 0
      ? "there are no symbols; give the times of one or more"
      : `symbol ${symbol} has ${symbols[symbol].bars} rows; leave out symbols without a row`;
  throw new AtcError("ATC_INVALID_ARGUMENT", what, { details: { symbol } });
}

/** The block length for symbols that share few times: a symbol should have rows enough to advance over in a block. */
function chooseBlockLength(times: number, rows: readonly number[]): number {
  const mean = rows.reduce((sum, count) => sum + count, 0) / rows.length;
  const wanted = defaultBlockLength * Math.round(times / mean);
  return Math.max(defaultBlockLength, Math.min(wanted, longestDefault));
}

function timeOf(rows: TimedRows, row: number): bigint {
  const time = new BigInt64Array(1);
  rows.times(row, time);
  return time[0];
}

/**
 * Plans the union of the times of one or more symbols, in the order of a portfolio's symbols. It reads all times up to
 * three times, and keeps a window of them.
 *
 * @param symbols - the times of each symbol's rows in the unit of the accounts, sorted; a reader of curves will do
 * @throws ATC_INVALID_ARGUMENT without symbols, for a symbol without rows, or a wrong block length; ATC_INVALID_DATA if
 * times are not sorted
 */
export function planTimeUnion(symbols: readonly TimedRows[], options: TimeUnionOptions = {}): TimeUnion {
  checkRows(symbols);
  const given = options.blockLength === undefined ? undefined : checkBlockLength(options.blockLength);
  const indexed = symbols.map((rows, symbol) => ({ bars: rows.bars, times: rows.times.bind(rows), symbol }));
  const groups = groupByTimes(indexed);
  const walkOf = (blockLength: number): Generator<UnionBlock, void, void> =>
    createUnionWalk({ groups, symbols: symbols.length, from: options.from, blockLength });
  let length = 0;
  let firstTime = 0n;
  let lastTime = 0n;
  for (const block of walkOf(given ?? longestDefault)) {
    if (block.length === 0) continue;
    if (length === 0) firstTime = block.times[0];
    lastTime = block.times[block.length - 1];
    length += block.length;
  }
  const rows = symbols.map(({ bars }) => bars);
  const blockLength = given ?? chooseBlockLength(length, rows);
  return {
    symbols: symbols.length,
    rows,
    firstTimes: symbols.map((one) => timeOf(one, 0)),
    lastTimes: symbols.map((one) => timeOf(one, one.bars - 1)),
    groups: groups.map((members) => members.map(({ symbol }) => symbol)),
    length,
    firstTime,
    lastTime,
    blockLength,
    blocks: () => walkOf(blockLength),
  };
}
