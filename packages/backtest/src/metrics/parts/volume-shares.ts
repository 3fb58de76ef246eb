import { createNumberList } from "../number-list.ts";
import { quantileOf } from "../quantile.ts";

/** The share above which a fill is hard to trade at the price of its bar. */
export const notableShare = 0.05;

/** How large fills are beside the volume of their bars. */
export interface VolumeShares {
  /** Number of fills in bars whose volume is known. */
  readonly count: number;
  /** Number of fills in bars with a volume of 0: their share is infinite. */
  readonly impossible: number;
  /** The largest share; NaN without a fill. */
  readonly largest: number;
  /** The share that 95 % of the fills do not exceed; NaN without a fill. */
  p95(): number;
  /** Adds fills: quantities, signed or not, and the volume of the bar of each. A volume that is NaN is unknown. */
  add(quantities: ArrayLike<number>, volumes: ArrayLike<number>, length: number): void;
}

/** The shares of no fills. Every share is kept, because a quantile has no exact form in one pass: 8 bytes per fill. */
export function createVolumeShares(): VolumeShares {
  const shares = createNumberList();
  let impossible = 0;
  let largest = Number.NaN;
  return {
    get count() {
      return shares.length;
    },
    get impossible() {
      return impossible;
    },
    get largest() {
      return largest;
    },
    p95: () => quantileOf(shares.toArray(), 0.95),
    add(quantities, volumes, length) {
      for (let i = 0; i < length; i++) {
        const quantity = Math.abs(quantities[i] as number);
        const volume = volumes[i] as number;
        if (Number.isNaN(volume) || quantity === 0) continue;
        const share = volume > 0 ? quantity / volume : Number.POSITIVE_INFINITY;
        if (!(volume > 0)) impossible++;
        if (!(share <= largest)) largest = share;
        shares.push(share);
      }
    },
  };
}
