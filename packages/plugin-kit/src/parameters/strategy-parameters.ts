import type {
  Parameter,
  ParameterTable,
  Strategy,
  StrategyParameter,
  StrategyParameters,
  StrategyParameterValue,
} from "@atc/contract";
import { invalidParameters, type ParameterFault, parameterFaults } from "./parameter-check.ts";

/** Parameters of a strategy as those of a configuration. */
function tableOf(parameters: StrategyParameters): ParameterTable<Record<string, unknown>> {
  const entries = Object.entries(parameters).map(([name, parameter]): [string, Parameter] => {
    return [name, { ...parameter, pythonNames: [] }];
  });
  return Object.fromEntries(entries);
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["yes", true],
  ["on", true],
  ["false", false],
  ["no", false],
  ["off", false],
]);

/** A value that was written as text, or whose type a file chose, as the kind of its parameter; else the value. */
function readValue(parameter: StrategyParameter, value: StrategyParameterValue): StrategyParameterValue {
  if (parameter.kind === "choice") return String(value);
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (parameter.kind === "boolean") return truths.get(text.toLowerCase()) ?? value;
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : value;
}

/**
 * Values from a command line or a file, with texts as the kinds of their parameters: `"10"` becomes 10 for an integer.
 * What cannot be converted, and what has no parameter, stays.
 */
export function readStrategyValues(
  { parameters = {} }: Strategy,
  values: Readonly<Record<string, StrategyParameterValue>>,
): Readonly<Record<string, StrategyParameterValue>> {
  const entries = Object.entries(values).map(([name, value]): [string, StrategyParameterValue] => {
    return [name, Object.hasOwn(parameters, name) ? readValue(parameters[name] as StrategyParameter, value) : value];
  });
  return Object.fromEntries(entries);
}

/** The fault of a strategy that has no parameters at all. */
function noParameters(values: Readonly<Record<string, unknown>>): readonly ParameterFault[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([path, value]) => ({ path, value: String(value), allowed: "the strategy has no parameters; leave it out" }));
}

/**
 * The value of each parameter of a strategy: those in `values`, and the defaults of the others. Frozen.
 *
 * @throws ATC_INVALID_CONFIG with a fault for each name that the strategy does not have, which suggests the nearest,
 * and for each value out of range
 */
export function strategyValues(
  { name, parameters = {} }: Strategy,
  values: Readonly<Record<string, StrategyParameterValue | undefined>> = {},
): Readonly<Record<string, StrategyParameterValue>> {
  const names = Object.keys(parameters);
  const faults = names.length === 0 ? noParameters(values) : parameterFaults(tableOf(parameters), values);
  if (faults.length > 0) {
    const placed = faults.map((fault) => ({ ...fault, path: `parameters.${fault.path}` }));
    throw invalidParameters(`the configuration of the strategy "${name}"`, placed);
  }
  const entries = Object.entries(parameters).map(([key, parameter]): [string, StrategyParameterValue] => {
    return [key, (Object.hasOwn(values, key) ? values[key] : undefined) ?? parameter.default];
  });
  return Object.freeze(Object.fromEntries(entries));
}
