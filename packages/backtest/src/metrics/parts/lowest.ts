import type { BarChunk } from "../bar-chunk.ts";

/** Whether an equity was ever at 0 or below: then statistics of returns mean nothing. */
export interface Lowest {
  /** The lowest equity so far. */
  readonly value: number;
  begin(equity: number): void;
  add(chunk: BarChunk): void;
}

/** The lowest equity of no bars. */
export function createLowest(): Lowest {
  let lowest = Number.POSITIVE_INFINITY;
  return {
    get value() {
      return lowest;
    },
    begin(equity) {
      lowest = equity;
    },
    add({ equity, length }) {
      let least = lowest;
      for (let i = 1; i <= length; i++) if (equity[i] < least) least = equity[i];
      lowest = least;
    },
  };
}
