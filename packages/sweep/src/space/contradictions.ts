import { AtcError, averageKinds, isAtcError } from "@atc/contract";
import type { Axis, AxisValue } from "./axis.ts";
import type { ConfigurationMaker } from "./configuration-maker.ts";
import { spaceFault } from "./space-fault.ts";

/** The keys of each rule between keys. All are inequalities, so the ends of a range decide. */
const rules: readonly (readonly string[])[] = [
  ...averageKinds.map((kind) => [`${kind}Length`, "robustness"]),
  ["longThreshold", "shortThreshold"],
  ["sizing", "size", "maxLeverage"],
  ["maintenanceMargin", "maxLeverage"],
  ["exitUnits", "stopLoss"],
  ["exitUnits", "trailingStop"],
];

const keysOfRules: ReadonlySet<string> = new Set(rules.flat());

/** The values of an axis that decide about a rule: all of a few, the ends of a range. */
function decisive(axis: Axis): readonly AxisValue[] {
  const { size, isOrdered } = axis;
  if (size === undefined) return [axis.atPart(0), axis.atPart(1)];
  if (isOrdered) return [...new Set([axis.at(0), axis.at(size - 1)])];
  return Array.from({ length: size }, (_, index) => axis.at(index));
}

/** Every combination of values of some axes, with the first value of all others. */
function* combinations(axes: readonly Axis[], chosen: readonly number[]): Iterable<readonly AxisValue[]> {
  const lists = axes.map((axis, index) => (chosen.includes(index) ? decisive(axis) : [decisive(axis)[0]]));
  const total = lists.reduce((product, { length }) => product * length, 1);
  for (let number = 0; number < total; number++) {
    let rest = number;
    yield lists.map((list) => {
      const value = list[rest % list.length];
      rest = Math.floor(rest / list.length);
      return value;
    });
  }
}

/** What a configuration's faults say about some keys; undefined if these have none. */
function faultOf(make: ConfigurationMaker, values: readonly AxisValue[], keys: readonly string[]): string | undefined {
  try {
    make(values);
    return undefined;
  } catch (error) {
    if (!isAtcError(error, "ATC_INVALID_CONFIG")) throw error;
    const faults = error.details.faults ?? [];
    for (const fault of faults) {
      if (typeof fault !== "object" || fault === null || !("path" in fault)) continue;
      const { path, value, allowed } = fault as { path: string; value: string; allowed: string };
      // The values of the axes are accepted one by one, so this one is the base's.
      if (!keysOfRules.has(path)) throw error;
      if (keys.includes(path)) return `${path} is ${value}: ${allowed}`;
    }
    return undefined;
  }
}

/**
 * Checks that each rule between keys is fulfilled by some of the values that the space gives its keys.
 *
 * @throws ATC_INVALID_CONFIG with the rule and an example, or the faults of the members that no axis varies
 */
export function checkContradictions(axes: readonly Axis[], make: ConfigurationMaker, origin: string): void {
  for (const keys of rules) {
    const chosen = axes.flatMap((axis, index) => (axis.keys.some((key) => keys.includes(key)) ? [index] : []));
    let example: string | undefined;
    for (const values of combinations(axes, chosen)) {
      const fault = faultOf(make, values, keys);
      example ??= fault;
      if (fault === undefined) {
        example = undefined;
        break;
      }
    }
    if (example === undefined) continue;
    if (chosen.length === 0)
      throw new AtcError("ATC_INVALID_CONFIG", `the configuration is invalid, and no axis varies it: ${example}`);
    throw spaceFault(
      origin,
      `no configuration of the space is valid: ${example}; change the values of ${keys.join(" or ")}`,
    );
  }
}
