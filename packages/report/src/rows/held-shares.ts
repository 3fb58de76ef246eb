import type { ReportTrades } from "../data/report-data.ts";

/** The rows at which positions of one direction begin and end, sorted. */
export interface PositionChanges {
  /** The row of each entry. */
  readonly begins: Int32Array;
  /** The row of the exit of each closed trade. */
  readonly ends: Int32Array;
}

/** Reads the rows of long and short positions from the trades: 8 bytes per trade. */
export function positionChanges(trades: ReportTrades): {
  readonly long: PositionChanges;
  readonly short: PositionChanges;
} {
  const sides = [1, -1].map(() => ({
    begins: new Int32Array(trades.length),
    ends: new Int32Array(trades.length),
    begun: 0,
    ended: 0,
  }));
  const [long, short] = sides;
  for (const block of trades.blocks())
    for (let i = 0; i < block.length; i++) {
      const side = block.direction[i] > 0 ? long : short;
      side.begins[side.begun++] = block.entryRow[i];
      if (block.open[i] === 0) side.ends[side.ended++] = block.exitRow[i];
    }
  const sorted = ({ begins, ends, begun, ended }: (typeof sides)[number]): PositionChanges => ({
    begins: begins.subarray(0, begun).sort(),
    ends: ends.subarray(0, ended).sort(),
  });
  return { long: sorted(long), short: sorted(short) };
}

/** Counts open positions row by row. */
export interface HeldCounter {
  /** Fills `into` with the positions that are open at the close of the next rows, divided by `divisor`. */
  next(into: Float64Array, divisor: number): void;
}

/** Creates a counter from row 0 on. */
export function createHeldCounter({ begins, ends }: PositionChanges): HeldCounter {
  let row = 0;
  let begun = 0;
  let ended = 0;
  return {
    next(into, divisor) {
      for (let i = 0; i < into.length; i++, row++) {
        while (begun < begins.length && begins[begun] <= row) begun++;
        while (ended < ends.length && ends[ended] <= row) ended++;
        into[i] = (begun - ended) / divisor;
      }
    },
  };
}
