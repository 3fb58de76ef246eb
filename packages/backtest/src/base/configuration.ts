import { type BacktestConfig, backtestDefaults, backtestParameters } from "@atc/contract";
import {
  type BrokenRule,
  brokenBacktestRules,
  invalidParameters,
  type ParameterFault,
  parameterFaults,
} from "@atc/plugin-kit";

function ruleFault({ blames }: BrokenRule, config: BacktestConfig, given: ReadonlySet<string>): ParameterFault[] {
  const blamed = blames.find(({ key }) => given.has(key)) ?? blames[0];
  if (blamed === undefined) return [];
  return [{ path: blamed.key, value: String(config[blamed.key]), allowed: blamed.allowed }];
}

/** Whether a member counts as absent: `none` stands for that in files. */
function isAbsent(name: string, value: unknown): boolean {
  return value === undefined || (value === "none" && backtestDefaults[name as keyof BacktestConfig] === undefined);
}

/**
 * Checks a configuration and fills in the defaults. A member that is `undefined` gets its default, and so does `none`
 * if the member is absent by default.
 *
 * @throws ATC_INVALID_CONFIG with every fault in the message and, as `{ path, value, allowed }` (all texts), in
 * `details.faults`
 */
export function validateBacktestConfig(config: Partial<BacktestConfig>): BacktestConfig {
  const faults = parameterFaults(backtestParameters, { ...config });
  const faulty = new Set(faults.map(({ path }) => path));
  const given = Object.entries(config).filter(([name, value]) => !faulty.has(name) && !isAbsent(name, value));
  const whole: BacktestConfig = { ...backtestDefaults, ...Object.fromEntries(given) };
  const names = new Set(given.map(([name]) => name));
  const broken = brokenBacktestRules(whole)
    .filter(({ reads }) => !reads.some((key) => faulty.has(key)))
    .flatMap((rule) => ruleFault(rule, whole, names));
  if (faults.length + broken.length > 0) throw invalidParameters("the backtest configuration", [...faults, ...broken]);
  return whole;
}
