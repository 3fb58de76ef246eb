/** The most bars of a block. */
export const blockLength: usize = 128;

/** Bytes of a row: a block and 64 more, so that rows do not all begin at the same offset of a page. */
export const rowLength: usize = 64 + 8 * blockLength;

/** Averages of a kind. */
export const lengthCount: usize = 9;

/**
 * The addresses and constants of one computation. Each member takes 8 bytes, including integers and addresses (u64).
 * `scripts/write-kernel-layout.mjs` generates `src/wasm/kernel-layout.ts` from this file.
 *
 * Loops load constants from here and carry pointers from one iteration to the next. V8 recomputes in each iteration
 * whatever it can derive from values known before the loop, even conversions and vector constants, which made the
 * voting loop twice as long.
 */
@unmanaged
export class Kernel {
  state: u64;
  stateBytes: u64;
  checkpoint: u64;
  average: u64;
  kinds: u64;
  kindCount: u64;
  windows: u64;
  windowsCount: u64;
  pairs: u64;
  pairCount: u64;
  source: u64;
  changes: u64;
  capacity: u64;
  history: u64;
  ownSource: u64;
  lts: u64;
  delayed: u64;
  averaged: u64;
  retention: f64;
  growthCap: f64;
  cappedGrowth: f64;
  firstCutout: f64;
  secondCutout: f64;
  cutLong: f64;
  cutShort: f64;
  longThreshold: f64;
  shortThreshold: f64;
  /** 0.25, 1e-10, -0, 1, 100, 1.5 x 2^52, the largest double, 0.064, 0.666 - 0.064. */
  floor: f64;
  tolerance: f64;
  sign: f64;
  one: f64;
  hundred: f64;
  shift: f64;
  largest: f64;
  slow: f64;
  range: f64;
}

/** The state between blocks; rolling back restores it. */
@unmanaged
export class State {
  /** Place of the next bar in the room of the source. */
  place: u64;
  /** 1 from the first price so large that window sums may overflow. */
  mayOverflow: u64;
  /** Bars so far. */
  bars: f64;
  previousClose: f64;
}

/** The average signal at the last bar. */
@unmanaged
export class Average {
  /** Before any delay. */
  last: f64;
  /** As output. */
  lastOutput: f64;
  /** The direction. */
  held: f64;
}

/** One kind of average. Lists have a double per length, in voting order. */
@unmanaged
export class Kind {
  kind: u64;
  /** 9, or 1 if only the average at the base length is an output. */
  count: u64;
  lengths: u64;
  firsts: u64;
  /** Factors of sums or prices: for EMA and DEMA alpha, with 1 - alpha in the next list. */
  factors: u64;
  oneMinusAlphas: u64;
  rows: u64;
  averages: u64;
  votes: u64;
  equities: u64;
  sides: u64;
  counts: u64;
  equity: u64;
  signalRow: u64;
  equityRow: u64;
  /**
   * For HMA only: 1 for the simple average; rows of the averages over whole windows; windows of half the length and
   * their factors; square roots of the lengths, integers, and their factors; number of differences kept per length.
   */
  simple: u64;
  wholes: u64;
  halves: u64;
  halfFactors: u64;
  roots: u64;
  rootFactors: u64;
  history: u64;
  /**
   * For LSMA only: shares of the weighted and the plain sums, in lists; bytes from the newest price back to the point
   * of the line.
   */
  weightedShares: u64;
  plainShares: u64;
  back: u64;
}

/** Sums over windows of nine lengths. */
@unmanaged
export class Windows {
  /** The lengths in ascending order and the index of each in voting order; integers. */
  lengths: u64;
  indices: u64;
  plainSuffixes: u64;
  weightedSuffixes: u64;
  state: u64;
  /** The kinds that use the windows; 0 for none. */
  wma: u64;
  lsma: u64;
  hma: u64;
  kama: u64;
}

/**
 * An average whose crossings kinds of several base lengths share. Other windows lead to other last bits of an average,
 * so its sides count only if rounding cannot change them.
 */
@unmanaged
export class Unit {
  /** The working row of the average, and the rows of its votes and of their equities with their signs. */
  average: u64;
  votes: u64;
  equities: u64;
  /** Two such averages differ by at most this share of the largest price. */
  slack: f64;
  /** 1 if an average depends on all prices so far, not on a window. */
  recursive: u64;
  vote: f64;
  side: f64;
  ties: f64;
  /** Bars of the block without a vote; they are the first ones. */
  zeros: u64;
  /** 1 if rounding may have changed a side. */
  doubtful: u64;
}

/** A kind of which all nine averages are units. */
@unmanaged
export class SharedKind {
  unit0: u64;
  unit1: u64;
  unit2: u64;
  unit3: u64;
  unit4: u64;
  unit5: u64;
  unit6: u64;
  unit7: u64;
  unit8: u64;
  /** A record of `Kind` with an equity and its rows. */
  kind: u64;
}

/** A kind's equity and its cut: the equity with the sign of its signal beyond a threshold, else 0. */
@unmanaged
export class Weighted {
  /** The working row of the kind's signals; that of its equities is `6 * rowLength` further. */
  signals: u64;
  /** The row of cuts; that of equities is `rowLength` further. */
  row: u64;
  long: f64;
  short: f64;
}

/** The average signal and the direction of one configuration of many. */
@unmanaged
export class Decision {
  /** The rows of the cuts of its six kinds. */
  kind0: u64;
  kind1: u64;
  kind2: u64;
  kind3: u64;
  kind4: u64;
  kind5: u64;
  long: f64;
  short: f64;
  lts: u64;
  delayed: u64;
  /** The first bar whose equities of layer 2 are numbers. */
  firstBar: f64;
  /** The row of the average signal before any delay, after room for one bar. Configurations may share it. */
  averages: u64;
  /** The row of directions, a byte per bar. */
  directions: u64;
  /** The average signal at the last bar, before any delay. */
  last: f64;
  /** 1 if the last output is a number not above the long threshold; likewise not below the short one. */
  notAbove: u64;
  notBelow: u64;
  /** 1 if the direction is long; 1 if it has ever changed. */
  up: u64;
  begun: u64;
}

/** Offsets of the working rows from `scratch`. All computations in a memory share them. */
export const closeRow: usize = 16;
export const sourceRow: usize = 64 + 1 * rowLength;
export const growthRow: usize = 64 + 2 * rowLength;
/** Flat factors of layer 1, then its spreads, then both for layer 2. */
export const factorRows: usize = 64 + 4 * rowLength;
/** The average signal, then the direction. */
export const averageRows: usize = 64 + 8 * rowLength;
/** Plain and weighted sums of the current window. */
export const sumRows: usize = 64 + 10 * rowLength;
/** Sums of votes times equities of two kinds, interleaved by bar, then sums of equities. */
export const voteRows: usize = 64 + 12 * rowLength;
/** Six rows of signals, then six of equities. */
export const kindRows: usize = 64 + 16 * rowLength;
/** Room for the differences of HMA, including up to 1,024 before the block. */
export const differenceRows: usize = 64 + 28 * rowLength;
/** The nine averages of each of the six kinds, a row per average. */
export const kindAverageRows: usize = 64 + 40 * rowLength;

/**
 * The most bars of a long block: one in which only averages are computed, each at its base length. Its rows follow all
 * others.
 */
export const longBlockLength: usize = 4096;
/** The most earlier bars that the averages of a long block may need. */
export const longHistory: usize = 1024;
export const longRowLength: usize = 64 + 8 * longBlockLength;
const longRows: usize = 64 + 94 * rowLength;
/** The source, the changes and the differences of HMA: a row each, after room for `longHistory` earlier bars. */
export const longSource: usize = longRows + longRowLength;
export const longChanges: usize = longRows + 3 * longRowLength;
export const longDifferences: usize = longRows + 5 * longRowLength;
/** Plain suffix sums, after room for those of earlier bars; then the weighted ones. */
export const longSuffixes: usize = longRows + 7 * longRowLength;
/** Plain sums; two rows further, weighted sums. */
export const longPrefixes: usize = longRows + 11 * longRowLength;
/** The average of each of the six kinds at its base length. */
export const longAverageRows: usize = longRows + 14 * longRowLength;
/** The end of the last row. */
export const rowsEnd: usize = longRows + 20 * longRowLength;

/** The address of a double in a list. */
@inline
export function at(list: u64, index: usize): usize {
  return <usize>list + (index << 3);
}

/** An integer in a list. */
@inline
export function wholeAt(list: u64, index: usize): usize {
  return load<u32>(<usize>list + (index << 3));
}

@inline
export function rowOf(kind: Kind, index: usize): usize {
  return <usize>kind.rows + index * rowLength;
}

/** Writes NaN for the bars before the first value of the average at `index`. */
export function blankBefore(kind: Kind, index: usize, start: f64, count: usize): void {
  const first = load<f64>(at(kind.firsts, index));
  if (start >= first) return;
  let row = rowOf(kind, index);
  for (let left = <usize>min<f64>(first - start, <f64>count); left > 0; left--) {
    store<f64>(row, NaN);
    row += 8;
  }
}
