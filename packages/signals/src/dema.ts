import type { SignalConfig } from "@atc/contract";
import type { Average } from "./average.ts";
import { advanceExponential, createExponentialSums } from "./ema.ts";

/**
 * DEMA: 2 e1 - e2, e2 an EMA of e1. In dialect tradingview e2 is seeded with the mean of the first n values of e1, in lts with the first one alone.
 */
export function createDema(lengths: readonly number[], config: SignalConfig, blockLength: number): Average {
  const firsts = createExponentialSums(lengths);
  const seconds = createExponentialSums(lengths);
  const first = new Float64Array(blockLength);
  return {
    advance(index, block, target) {
      const { source, offset, count, start } = block;
      const length = lengths[index] as number;
      const seedLength = config.dialect === "tradingview" ? length : 1;
      advanceExponential(firsts, index, source, offset, count, -start, length, first);
      advanceExponential(seconds, index, first, 0, count, length - 1 - start, seedLength, target);
      for (let i = 0; i < count; i++) target[i] = 2 * (first[i] as number) - (target[i] as number);
    },
  };
}
