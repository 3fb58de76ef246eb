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
  readonly lambda: number;
  readonly values: Float64Array;
  filled: number;
}

/** The elapsed bars up to which growth is cached: the default cap. */
const tabled = 10_000;

/** Tables of 80 kB that are cached: many symbols are computed with one configuration, and with many of a sweep. */
const mostTables = 256;

/** A table that was replaced since the first block of a series is not filled again from the start. */
const mostFilled = 1000;

const tables: GrowthTable[] = [];
const byLambda = new Map<number, GrowthTable>();

function tableOf(lambda: number): GrowthTable {
  const known = byLambda.get(lambda);
  if (known !== undefined) return known;
  const isFull = tables.length === mostTables;
  // Blocks and symbols use the lambdas of a sweep in turns. The oldest table would be the next to be used.
  const place = isFull ? Math.floor(Math.random() * mostTables) : tables.length;
  const replaced = tables[place];
  const table = { lambda, values: replaced?.values ?? new Float64Array(tabled + 1), filled: 0 };
  if (replaced !== undefined) byLambda.delete(replaced.lambda);
  tables[place] = table;
  byLambda.set(lambda, table);
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
  const { lambda, growthCap } = config;
  const table = tableOf(lambda);
  const { values } = table;
  for (let i = 0; i < count; i++) {
    const elapsed = Math.max(0, elapsedAtFirst + i);
    const counted = growthCap === "none" ? elapsed : Math.min(elapsed, growthCap);
    if (counted > table.filled + mostFilled || counted > tabled) {
      target[first + i] = Math.exp((lambda / 1000) * counted);
      continue;
    }
    while (table.filled <= counted) values[table.filled] = Math.exp((lambda / 1000) * table.filled++);
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
