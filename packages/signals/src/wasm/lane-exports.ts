/** The exports of `assembly/many-votes.ts` and `assembly/many-kinds.ts`; addresses are in bytes, counts are in bars. */
export interface LaneExports {
  computeCrossings(average: number, close: number, count: number, codes: number, state: number): number;
  carryCodes(codes: number, count: number): void;
  fillReturns(close: number, count: number, returns: number): void;
  fillLaneFactors(
    returns: number,
    growthA: number,
    growthB: number,
    retention: number,
    count: number,
    standing: number,
    factors: number,
    spreads: number,
  ): number;
  advanceLayer1(
    codes: number,
    factors: number,
    count: number,
    equitiesA: number,
    equitiesB: number,
    flooredA: number,
    flooredB: number,
    sums: number,
    capFree: number,
  ): void;
  computeSignals(sums: number, count: number, signals: number, blank: number, away: number): void;
  advanceKindEquity(
    signals: number,
    factors: number,
    spreads: number,
    count: number,
    skipped: number,
    standing: number,
    state: number,
    sums: number,
    repeats: number,
    out: number,
  ): void;
  advanceKindEquities(
    signals: number,
    row: number,
    spreads: number,
    retention: number,
    count: number,
    state: number,
    sums: number,
  ): void;
  computeAverageSignal(
    sums: number,
    count: number,
    state: number,
    zeroes: number,
    delayed: number,
    averages: number,
    directions: number,
    row: number,
  ): void;
  splitLanes(vectors: number, count: number, divisor: number, rows: number, row: number): void;
}
