import { nearest, type Parameter } from "@atc/contract";
import { acceptsValue, allowedValues } from "@atc/plugin-kit";
import type { Axis, AxisValue } from "./axis.ts";
import { isNumeric, rangeOfText, valueOfText, valuesOfText } from "./axis-text.ts";
import { type AxisTraits, listAxis } from "./list-axis.ts";
import { continuousAxis, integerLogAxis, steppedAxis, stepsOf } from "./range-axis.ts";
import { spaceFault } from "./space-fault.ts";
import type { AxisDefinition, RangeDefinition } from "./sweep-definition.ts";
import type { SweepKey } from "./sweep-keys.ts";

/** What an axis is made from. */
export interface AxisInput {
  /** The keys that receive its value, the one with the values first. */
  readonly keys: readonly SweepKey[];
  /** Its values. */
  readonly definition: AxisDefinition;
  /** Its place, for messages. */
  readonly origin: string;
}

function kindOf({ kind }: Parameter): Axis["kind"] {
  return kind === "number" || kind === "integer" || kind === "boolean" ? kind : "text";
}

/** Throws if one of the keys does not accept a value. */
function checkValue(value: AxisValue, { keys, origin }: AxisInput): void {
  for (const { name, parameter } of keys) {
    const isShares = parameter.kind === "shares" && parameter.values?.includes(String(value)) !== true;
    if (acceptsValue(parameter, value) && !isShares) continue;
    const words = parameter.kind === "text" ? undefined : parameter.values;
    const meant = typeof value === "string" && words !== undefined ? nearest(value, words) : undefined;
    const allowed = isShares ? (words ?? []).join(", ") : allowedValues(parameter);
    const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
    throw spaceFault(origin, `"${value}" is not a value of ${name}: ${allowed} is required${hint}`);
  }
}

function listed(traits: AxisTraits, values: readonly AxisValue[], input: AxisInput): Axis {
  const { origin } = input;
  if (values.length === 0) throw spaceFault(origin, `${traits.name} has no values; give one or more`);
  const seen = new Set<AxisValue>();
  for (const value of values) {
    if (value === "")
      throw spaceFault(origin, `a value of ${traits.name} is empty; remove a comma, or write the value`);
    checkValue(value, input);
    if (seen.has(value)) throw spaceFault(origin, `${traits.name} has the value ${value} twice; remove one of them`);
    seen.add(value);
  }
  return listAxis(traits, values);
}

/** A range without a step whose values are drawn. */
function drawn(traits: AxisTraits, range: RangeDefinition, { origin }: AxisInput): Axis {
  const { from, to, scale = "linear" } = range;
  if (scale === "log" && from <= 0)
    throw spaceFault(origin, `a logarithmic range of ${traits.name} begins at ${from}; begin above 0`);
  return traits.kind === "integer" ? integerLogAxis(traits, from, to) : continuousAxis(traits, from, to, scale);
}

function ranged(traits: AxisTraits, range: RangeDefinition, input: AxisInput): Axis {
  const { origin } = input;
  const { from, to, scale } = range;
  const { name, kind } = traits;
  if (kind !== "number" && kind !== "integer")
    throw spaceFault(origin, `${name} is not a number, so it has no range; list its values, separated by commas`);
  for (const [member, value] of [
    ["from", from],
    ["to", to],
    ["step", range.step ?? 1],
  ] as const)
    if (!Number.isFinite(value)) throw spaceFault(origin, `${member} of ${name} is "${value}"; give a number`);
  if (from > to) throw spaceFault(origin, `the range of ${name} is empty, because ${from} is above ${to}; swap them`);
  if (range.step !== undefined && scale !== undefined)
    throw spaceFault(origin, `the range of ${name} has a step and a scale; remove one of them`);
  const step = range.step ?? (kind === "integer" && scale !== "log" ? 1 : undefined);
  if (from === to) throw spaceFault(origin, `the range of ${name} has one value; write ${name}=${from}`);
  checkValue(from, input);
  if (step === undefined) {
    checkValue(to, input);
    return drawn(traits, range, input);
  }
  if (step <= 0) throw spaceFault(origin, `the step of ${name} is ${step}; give a number above 0`);
  if (kind === "integer" && !Number.isSafeInteger(step))
    throw spaceFault(origin, `the step of ${name} is ${step}; give an integer, because ${name} is one`);
  const steps = stepsOf(from, to, step);
  if (steps === undefined) throw spaceFault(origin, `${name} has more than 2^53 values; give a longer step`);
  if (steps.count === 1n)
    throw spaceFault(
      origin,
      `the step of ${name}, ${step}, is longer than its range; give a shorter one, or one value`,
    );
  // What keys accept is an interval, so its ends decide.
  checkValue(steps.at(Number(steps.count) - 1), input);
  return steppedAxis(traits, steps);
}

function isRange(definition: AxisDefinition): definition is RangeDefinition {
  return typeof definition === "object" && !Array.isArray(definition);
}

/**
 * The axis of some keys.
 *
 * @throws ATC_INVALID_CONFIG for an empty range, and for values that a key does not accept or that occur twice
 */
export function makeAxis(input: AxisInput): Axis {
  const { keys, definition, origin } = input;
  const { name, parameter } = keys[0];
  const traits: AxisTraits = { name, keys: keys.map((key) => key.name), kind: kindOf(parameter) };
  if (isRange(definition)) return ranged(traits, definition, input);
  if (typeof definition !== "object") {
    if (typeof definition !== "string") return listed(traits, [definition], input);
    if (!isNumeric(parameter) || !definition.includes(".."))
      return listed(traits, definition.trim() === "" ? [] : valuesOfText(parameter, definition), input);
    const range = rangeOfText(definition);
    if (range !== undefined) return ranged(traits, range, input);
    throw spaceFault(
      origin,
      `"${definition}" is not a range; write ${name}=FROM..TO:STEP, FROM..TO:log, or values separated by commas`,
    );
  }
  const values: readonly AxisValue[] = definition as readonly AxisValue[];
  return listed(
    traits,
    values.map((value) => (typeof value === "string" ? valueOfText(parameter, value) : value)),
    input,
  );
}
