import type { PriceColumns } from "@atc/contract";
import type { ManyKernel } from "../graph/many-kernel.ts";
import { type CheckedPrices, checkPrices } from "../stream/price-check.ts";

/** Checks the prices for every calculation source in use before any kernel computes. */
export function checkSources(
  kernels: readonly ManyKernel[],
  prices: PriceColumns,
  position: number,
): readonly (readonly [ManyKernel, CheckedPrices])[] {
  const checked = new Map<string, CheckedPrices>();
  return kernels.map((kernel) => {
    const { config } = kernel.members[0];
    const known = checked.get(config.calculationSource) ?? checkPrices(prices, config, position);
    checked.set(config.calculationSource, known);
    return [kernel, known];
  });
}
