import type { SpanPlan } from "./span-accounts.ts";

/** Directions of rows of a symbol. */
interface DirectionRows {
  /** Inclusive. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly values: Int8Array;
  readonly stride: number;
}

/** Keeps the directions of symbols at the last rows before spans, which may be blocks before these. */
export interface LatestRows {
  /** Shows directions of rows, which follow those of the call before. */
  keep(symbol: number, rows: DirectionRows): void;
  /** The directions at the last row that a span needs, an element per row of directions. */
  of(symbol: number): Int8Array;
}

/** Creates what keeps the last rows before spans. */
export function latestRows(plans: readonly SpanPlan[], symbols: number, rows: number): LatestRows {
  const kept = Array.from({ length: symbols }, () => new Int8Array(rows));
  const wanted = Array.from({ length: symbols }, () => new Set<number>());
  for (const { members, bases, openings } of plans)
    for (const [i, member] of members.entries())
      if (openings[i] === 1) (wanted[member] as Set<number>).add(bases[i] as number);
  const next = wanted.map((set) => [...set].sort((a, b) => a - b));
  return {
    keep(symbol, { from, to, values, stride }) {
      const left = next[symbol] as number[];
      let row: number | undefined;
      while (left[0] !== undefined && left[0] < to) row = left.shift();
      if (row === undefined) return;
      const into = kept[symbol] as Int8Array;
      for (let i = 0; i < rows; i++) into[i] = values[i * stride + row - from] as number;
    },
    of: (symbol) => kept[symbol] as Int8Array,
  };
}
