import type { SignalConfig } from "@atc/contract";

/**
 * The growth factor g at `elapsed` bars after a layer's cutout: exp(lambda / 1000 min(elapsed, growthCap)); 1 before
 * the cutout.
 */
export function growthAfter(elapsed: number, config: SignalConfig): number {
  if (elapsed <= 0) return 1;
  const exponent = config.growthCap === "none" ? elapsed : Math.min(elapsed, config.growthCap);
  return Math.exp((config.lambda / 1000) * exponent);
}

/** Growth by elapsed bars; the first `filled` values are computed. */
interface GrowthTable {
  readonly values: Float64Array;
  filled: number;
}

/** The elapsed bars up to which growth is cached: the default cap. */
const tabled = 10_000;

const tables = new Map<number, GrowthTable>();

/** The table of a lambda. The last eight are cached, because many symbols are computed with one configuration. */
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
 * Writes g at `count` bars to `target` from index `first`; the first bar is `elapsedAtFirst` bars after the layer's
 * cutout. Values come from a table, because `exp` for every series would take a tenth of all time.
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

/** The fewest bars after a cutout at which g is above `threshold`; undefined if that never happens. */
export function growthReaches(threshold: number, config: SignalConfig): number | undefined {
  const last = config.growthCap === "none" ? Number.MAX_SAFE_INTEGER : config.growthCap;
  // The logarithm may be off by a rounding error, so `exp` itself decides which bar it is.
  let elapsed = Math.max(0, Math.floor(Math.log(threshold) / (config.lambda / 1000)) - 1);
  while (elapsed <= last && growthAfter(elapsed, config) <= threshold) elapsed++;
  return elapsed <= last ? elapsed : undefined;
}
