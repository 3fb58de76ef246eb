import { checkData, type StrategyDescription } from "@atc/backtest";
import { type BacktestConfig, type Dataset, isAtcError } from "@atc/contract";

/** Keys besides its own on which a fault depends. */
const furtherKeys: Readonly<Record<string, readonly string[]>> = { weights: ["account"] };

/** Whether an axis may mend the fault at a path such as `weights.AAPL`. */
function mayVary(path: string, varied: ReadonlySet<string>): boolean {
  const [key = ""] = path.split(".");
  return [key, ...(furtherKeys[key] ?? [])].some((one) => varied.has(one));
}

/**
 * Checks what a sweep's configurations have in common against its data. What an axis varies is checked with each
 * configuration.
 *
 * @param varied - the keys of the axes
 * @throws what `checkData` throws, unless axes vary the keys of every fault
 */
export function checkBase(
  config: BacktestConfig,
  strategy: StrategyDescription,
  dataset: Dataset,
  varied: ReadonlySet<string>,
): void {
  try {
    checkData(config, strategy, dataset);
  } catch (error) {
    if (!isAtcError(error, "ATC_INVALID_CONFIG")) throw error;
    const faults = error.details["faults"] as readonly { readonly path: string }[];
    if (!faults.every(({ path }) => mayVary(path, varied))) throw error;
  }
}
