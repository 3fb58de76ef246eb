import { type BacktestConfig, backtestDefaults, backtestParameters } from "@atc/contract";
import { invalidParameters, parameterFaults } from "@atc/plugin-kit";

/**
 * Checks a configuration and fills in the defaults. A member that is `undefined` gets its default.
 *
 * @throws ATC_INVALID_CONFIG with every fault in the message and, as `{ path, value, allowed }` (all texts), in
 * `details.faults`
 */
export function validateBacktestConfig(config: Partial<BacktestConfig>): BacktestConfig {
  const faults = parameterFaults(backtestParameters, { ...config });
  if (faults.length > 0) throw invalidParameters("the backtest configuration", faults);
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  return { ...backtestDefaults, ...Object.fromEntries(given) };
}
