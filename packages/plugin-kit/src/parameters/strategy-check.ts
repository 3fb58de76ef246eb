import { AtcError, decisionNames, nearest, type Parameter, type Strategy, type StrategyParameter } from "@atc/contract";
import { acceptsValue, allowedValues } from "./parameter-check.ts";

type Members = Readonly<Record<string, unknown>>;

const kinds: readonly string[] = ["number", "integer", "boolean", "choice"];
const bounds: readonly string[] = ["minimum", "maximum", "above", "below"];

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string" && one !== "");
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "function") return "a function";
  return `"${typeof value === "object" ? JSON.stringify(value) : String(value)}"`;
}

/** What is wrong with a declared parameter; undefined if nothing is. */
function parameterFault(name: string, parameter: unknown): string | undefined {
  const path = `parameters.${name}`;
  if (!isObject(parameter)) return `${path} is ${shown(parameter)}; give an object with kind, default and description`;
  const { kind, values, default: value, description } = parameter;
  if (typeof kind !== "string" || !kinds.includes(kind))
    return `${path}.kind is ${shown(kind)}; give one of: ${kinds.join(", ")}`;
  if (kind === "choice" && !(isTexts(values) && values.length > 0))
    return `${path}.values is ${shown(values)}; give a list of texts`;
  const bound = bounds.find((one) => parameter[one] !== undefined && !Number.isFinite(parameter[one]));
  if (bound !== undefined) return `${path}.${bound} is ${shown(parameter[bound])}; give a number`;
  if (description !== undefined && typeof description !== "string")
    return `${path}.description is ${shown(description)}; give a text`;
  const checked = { ...(parameter as unknown as StrategyParameter), pythonNames: [] } as Parameter;
  if (acceptsValue(checked, value)) return undefined;
  return `${path}.default is ${shown(value)}; give ${allowedValues(checked)}`;
}

/** The name of a parameter without what a command line, a file and Python write differently. */
function folded(name: string): string {
  return name.replaceAll(/[-_]/g, "").toLowerCase();
}

/** Two names of parameters that are spellings of one. */
function twiceFault(names: readonly string[]): string | undefined {
  const seen = new Map<string, string>();
  for (const name of names) {
    const other = seen.get(folded(name));
    if (other !== undefined) return `it declares a parameter twice: "${other}" and "${name}"; remove one of them`;
    seen.set(folded(name), name);
  }
  return undefined;
}

function parametersFault(parameters: unknown): string | undefined {
  if (parameters === undefined) return undefined;
  if (!isObject(parameters)) return `parameters is ${shown(parameters)}; give an object of parameters by name`;
  const names = Object.keys(parameters);
  const odd = names.find((name) => !/^[A-Za-z][A-Za-z0-9_-]*$/.test(name));
  if (odd !== undefined) return `it has a parameter "${odd}"; begin its name with a letter, and use letters and digits`;
  const faults = names.map((name) => parameterFault(name, parameters[name]));
  return faults.find((fault) => fault !== undefined) ?? twiceFault(names);
}

function outputsFault(outputs: unknown): string | undefined {
  if (outputs === undefined) return undefined;
  if (!isTexts(outputs)) return `outputs is ${shown(outputs)}; give a list of: ${decisionNames.join(", ")}`;
  const unknown = outputs.find((output) => !decisionNames.some((name) => name === output));
  if (unknown === undefined) return undefined;
  const meant = nearest(unknown, decisionNames);
  const hint = meant === undefined ? `give some of: ${decisionNames.join(", ")}` : `did you mean "${meant}"?`;
  return `outputs has "${unknown}"; ${hint}`;
}

const members: readonly string[] = [
  "name",
  "version",
  "parameters",
  "columns",
  "optionalColumns",
  "outputs",
  "scope",
  "start",
];

/** A member that was probably meant to be another one. */
function misspelt(value: Members): string | undefined {
  for (const name of Object.keys(value)) {
    if (members.includes(name)) continue;
    const meant = nearest(name, members);
    if (meant !== undefined && value[meant] === undefined) return `it has a member "${name}"; did you mean "${meant}"?`;
  }
  return undefined;
}

function membersFault(value: Members): string | undefined {
  const { name, version, columns, optionalColumns, scope, start } = value;
  if (typeof name !== "string" || name === "") return `name is ${shown(name)}; give a text`;
  if (typeof start !== "function") return `start is ${shown(start)}; give a function that starts a run`;
  if (version !== undefined && !(Number.isSafeInteger(version) && Number(version) > 0))
    return `version is ${shown(version)}; give an integer from 1`;
  if (columns !== undefined && typeof columns !== "function" && !isTexts(columns))
    return `columns is ${shown(columns)}; give a list of names, or a function that returns one`;
  if (optionalColumns !== undefined && !isTexts(optionalColumns))
    return `optionalColumns is ${shown(optionalColumns)}; give a list of names`;
  if (scope !== undefined && scope !== "symbol" && scope !== "universe")
    return `scope is ${shown(scope)}; give "symbol" or "universe"`;
  if (scope === "universe" && value["outputs"] !== undefined)
    return `outputs is ${shown(value["outputs"])}; leave it out, since a strategy that sees all symbols gives weights`;
  return parametersFault(value["parameters"]) ?? outputsFault(value["outputs"]);
}

/** Whether a value looks like a strategy, valid or not: it has a name and `start`. */
export function isStrategyLike(value: unknown): boolean {
  return isObject(value) && typeof value["name"] === "string" && "start" in value;
}

/**
 * Checks a strategy that TypeScript has not checked, such as the export of a module.
 *
 * @param origin - the module or the place of the strategy, for messages
 * @throws ATC_INVALID_ARGUMENT that names the first faulty member, and what to give
 */
export function checkStrategy(value: unknown, origin: string): Strategy {
  const fault = isObject(value)
    ? (misspelt(value) ?? membersFault(value))
    : `it is ${shown(value)}; give an object with name and start`;
  if (fault === undefined) return value as unknown as Strategy;
  const name = isObject(value) && typeof value["name"] === "string" ? value["name"] : undefined;
  const what = name === undefined ? "a strategy" : `the strategy "${name}"`;
  throw new AtcError("ATC_INVALID_ARGUMENT", `${what} of ${origin} is invalid: ${fault}`, {
    details: { origin, ...(name === undefined ? {} : { strategy: name }) },
  });
}
