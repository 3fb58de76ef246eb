/** Bytes of a row: 128 bars of a block and 64 bytes, so that rows do not all begin at the same place of a page. */
export const rowLength: usize = 1088;

/** The most bars of a block. */
export const blockLength: usize = 128;

/** Lengths of a kind. */
export const lengthCount: usize = 9;

/**
 * Where things of one computation lie, and its constants. `src/kernel-records.ts` lists the same members in the same order; all are doubles, addresses
 * included, so that one Float64Array can write them.
 */
@unmanaged
export class Kernel {
  state: f64;
  stateBytes: f64;
  checkpoint: f64;
  average: f64;
  kinds: f64;
  kindCount: f64;
  windows: f64;
  windowsCount: f64;
  pairs: f64;
  pairCount: f64;
  source: f64;
  changes: f64;
  capacity: f64;
  history: f64;
  ownSource: f64;
  kept: f64;
  growthCap: f64;
  cappedGrowth: f64;
  firstCutout: f64;
  secondCutout: f64;
  cutLong: f64;
  cutShort: f64;
  longThreshold: f64;
  shortThreshold: f64;
  lts: f64;
  strategyMode: f64;
  averaged: f64;
}

/** What a computation knows between blocks; a bar that is taken again finds it as it was. */
@unmanaged
export class State {
  /** Bars taken. */
  bars: f64;
  previousClose: f64;
  /** Place of the next bar in the room of the source. */
  place: f64;
  /** 1 from the first price on that is so large that window sums may overflow. */
  wild: f64;
}

/** The average signal at the last bar. */
@unmanaged
export class Average {
  /** Before any delay. */
  last: f64;
  /** As it is output. */
  lastOutput: f64;
  /** The direction. */
  held: f64;
}

/** One kind of average. */
@unmanaged
export class Kind {
  kind: f64;
  /** 9, or 1 where the average at the base length is all that is asked for. */
  count: f64;
  lengths: f64;
  firsts: f64;
  rows: f64;
  averages: f64;
  votes: f64;
  equities: f64;
  sides: f64;
  counts: f64;
  equity: f64;
  signalRow: f64;
  equityRow: f64;
  /** Of HMA: 1 for the simple average, the windows of half the length, the square roots of the lengths, the differences kept per length. */
  simple: f64;
  halves: f64;
  roots: f64;
  history: f64;
}

/** Sums over windows of nine lengths. */
@unmanaged
export class Windows {
  /** The lengths from the shortest on, and the index of each in the order in which they vote. */
  lengths: f64;
  indices: f64;
  plainSuffixes: f64;
  weightedSuffixes: f64;
  state: f64;
  /** The kinds that take them; 0 for none. */
  wma: f64;
  lsma: f64;
  hma: f64;
  kama: f64;
}

/** Addresses of the working rows, which all computations in a memory share, from `scratch` on. */
@inline
export function closeRow(scratch: usize): usize {
  return scratch + 16;
}
@inline
export function sourceRow(scratch: usize): usize {
  return scratch + 1 * rowLength + 64;
}
@inline
export function growthRow(scratch: usize): usize {
  return scratch + 2 * rowLength + 64;
}
/** Flat factors of layer 1, their spreads, then the same of layer 2. */
@inline
export function factorRows(scratch: usize): usize {
  return scratch + 4 * rowLength + 64;
}
/** The average signal, then the direction. */
@inline
export function averageRows(scratch: usize): usize {
  return scratch + 8 * rowLength + 64;
}
/** Plain and weighted sums of the window at hand. */
@inline
export function sumRows(scratch: usize): usize {
  return scratch + 10 * rowLength + 64;
}
/** Sums of votes times equities of two kinds, bar by bar in turn, then sums of equities. */
@inline
export function voteRows(scratch: usize): usize {
  return scratch + 12 * rowLength + 64;
}
/** Six rows of signals, then six of equities. */
@inline
export function kindRows(scratch: usize): usize {
  return scratch + 16 * rowLength + 64;
}
/** Room for the differences of HMA and up to 1,024 of them before the block. */
@inline
export function differenceRow(scratch: usize): usize {
  return scratch + 28 * rowLength + 64;
}

@inline
export function at(base: f64, index: usize): usize {
  return <usize>base + (index << 3);
}

/** Bars `from` on, NaN before absolute bar `first`. */
export function blankBefore(first: f64, start: f64, row: usize, count: usize): void {
  if (start >= first) return;
  const end = <usize>min<f64>(first - start, <f64>count);
  for (let i: usize = 0; i < end; i++) store<f64>(row + (i << 3), NaN);
}
