import {
  type AtcError,
  type AverageKind,
  averageKinds,
  type SignalConfig,
  signalDefaults,
  signalParameters,
} from "@atc/contract";
import {
  invalidParameters,
  lengthOffsets,
  type ParameterFault,
  parameterFaults,
  smallestBaseLength,
  smallestLength,
} from "@atc/plugin-kit";

function lengthFault(kind: AverageKind, config: SignalConfig): ParameterFault | undefined {
  const base = config[`${kind}Length`];
  const smallest = smallestBaseLength(kind, config.robustness);
  if (base >= smallest) return undefined;
  const offset = Math.max(...lengthOffsets[config.robustness]);
  const allowed = `${smallest} or more is required: robustness "${config.robustness}" subtracts up to ${offset} bars from the base length, and ${kind.toUpperCase()} needs ${smallestLength[kind]}`;
  return { path: `${kind}Length`, value: String(base), allowed };
}

function relationFaults(config: SignalConfig): readonly ParameterFault[] {
  const faults: ParameterFault[] = [];
  for (const kind of averageKinds) {
    const fault = lengthFault(kind, config);
    if (fault !== undefined) faults.push(fault);
  }
  if (config.longThreshold > config.shortThreshold) return faults;
  const allowed = `a number above shortThreshold, which is ${config.shortThreshold}, is required`;
  return [...faults, { path: "longThreshold", value: String(config.longThreshold), allowed }];
}

/** The ATC_INVALID_CONFIG that lists faults of a signal configuration. */
export function configError(faults: readonly ParameterFault[]): AtcError {
  return invalidParameters("the signal configuration", faults);
}

/**
 * The configuration with every absent (or undefined) member at its default.
 *
 * @throws ATC_INVALID_CONFIG if a member is unknown or out of its range, if a base length makes a derived length too
 * short, or if the long threshold is not above the short one. `details.faults` lists each fault with `path`,
 * `value` and `allowed`, all strings.
 */
export function validateSignalConfig(config: Partial<SignalConfig> = {}): SignalConfig {
  const given: Readonly<Record<string, unknown>> = { ...config };
  const faults = parameterFaults(signalParameters, given);
  if (faults.length > 0) throw configError(faults);
  const whole: Record<string, unknown> = { ...signalDefaults };
  for (const name of Object.keys(given)) if (given[name] !== undefined) whole[name] = given[name];
  const filled = whole as unknown as SignalConfig;
  const relations = relationFaults(filled);
  if (relations.length > 0) throw configError(relations);
  return filled;
}
