import type { SignalConfig } from "@atc/contract";

/** g of `elapsed` bars since a layer's cutout: exp(lambda / 1000 min(elapsed, growthCap)), and 1 before it. */
export function growthAfter(elapsed: number, config: SignalConfig): number {
  if (elapsed <= 0) return 1;
  const exponent = config.growthCap === "none" ? elapsed : Math.min(elapsed, config.growthCap);
  return Math.exp((config.lambda / 1000) * exponent);
}

/** The fewest bars after a cutout at which g is above `threshold`, or undefined where that never happens. */
export function growthReaches(threshold: number, config: SignalConfig): number | undefined {
  const last = config.growthCap === "none" ? Number.MAX_SAFE_INTEGER : config.growthCap;
  // The logarithm may be a rounding error off the bar that exp itself decides.
  let elapsed = Math.max(0, Math.floor(Math.log(threshold) / (config.lambda / 1000)) - 1);
  while (elapsed <= last && growthAfter(elapsed, config) <= threshold) elapsed++;
  return elapsed <= last ? elapsed : undefined;
}
