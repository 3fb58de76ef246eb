import type { SignalConfig } from "@atc/contract";

/** g of `elapsed` bars since a layer's cutout: exp(lambda / 1000 min(elapsed, growthCap)), and 1 before it. */
export function growthAfter(elapsed: number, config: SignalConfig): number {
  if (elapsed <= 0) return 1;
  const exponent = config.growthCap === "none" ? elapsed : Math.min(elapsed, config.growthCap);
  return Math.exp((config.lambda / 1000) * exponent);
}

/** Growth by elapsed bars, computed as far as was needed. */
interface GrowthTable {
  readonly values: Float64Array;
  filled: number;
}

/** Elapsed bars up to which growth is remembered: the default cap. */
const tabled = 10_000;

const tables = new Map<number, GrowthTable>();

/** The table of a lambda; the last few are remembered, as many symbols are computed under one configuration. */
function tableOf(lambda: number): GrowthTable {
  const known = tables.get(lambda);
  if (known !== undefined) return known;
  const table = { values: new Float64Array(tabled + 1), filled: 0 };
  const [oldest] = tables.keys();
  if (tables.size >= 8 && oldest !== undefined) tables.delete(oldest);
  tables.set(lambda, table);
  return table;
}

/**
 * Writes g at bars `start` to `start + count` (exclusive) of a layer that begins at `cutout` to `target`, from index `first` on. It is the machine's own exp,
 * which takes a tenth of all the time where it is computed anew for each series.
 */
export function writeGrowth(
  target: Float64Array,
  first: number,
  elapsedAtFirst: number,
  count: number,
  config: SignalConfig,
): void {
  const table = tableOf(config.lambda);
  const { values } = table;
  for (let i = 0; i < count; i++) {
    const elapsed = Math.max(0, elapsedAtFirst + i);
    if (elapsed > tabled) {
      target[first + i] = growthAfter(elapsed, config);
      continue;
    }
    const counted = config.growthCap === "none" ? elapsed : Math.min(elapsed, config.growthCap);
    while (table.filled <= counted) values[table.filled] = Math.exp((config.lambda / 1000) * table.filled++);
    target[first + i] = values[counted];
  }
}

/** The fewest bars after a cutout at which g is above `threshold`, or undefined where that never happens. */
export function growthReaches(threshold: number, config: SignalConfig): number | undefined {
  const last = config.growthCap === "none" ? Number.MAX_SAFE_INTEGER : config.growthCap;
  // The logarithm may be a rounding error off the bar that exp itself decides.
  let elapsed = Math.max(0, Math.floor(Math.log(threshold) / (config.lambda / 1000)) - 1);
  while (elapsed <= last && growthAfter(elapsed, config) <= threshold) elapsed++;
  return elapsed <= last ? elapsed : undefined;
}
