import { AtcError, type JsonValue, nearest, type Parameter, type ParameterTable } from "@atc/contract";

/** Words as a list in a sentence: `a, b or c`. */
function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function rangeText(noun: string, { minimum, maximum, above, below }: Parameter): string {
  if (minimum !== undefined && maximum !== undefined) return `${noun} from ${minimum} to ${maximum}`;
  const bounds = [
    ...(minimum === undefined ? [] : [`of ${minimum} or more`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
    ...(maximum === undefined ? [] : [`of ${maximum} or less`]),
  ];
  return [noun, bounds.join(" and ")].join(" ").trim();
}

function kindText(parameter: Parameter): string {
  switch (parameter.kind) {
    case "integer":
      return rangeText("an integer", parameter);
    case "number":
      return rangeText("a number", parameter);
    case "boolean":
      return "true or false";
    case "choice":
      return alternatives(parameter.values ?? []);
    case "text":
      return "text";
    case "list":
      return "a list";
    case "shares":
      return `${(parameter.values ?? []).join(", ")}, or a number of 0 or more per symbol, such as AAA=0.5,BBB=0.3`;
    case "values":
      return "a number, true, false or a text per name, such as fast=10,slow=50";
  }
}

/** What a parameter accepts, for people: `an integer of 1 or more, or none`. */
export function allowedValues(parameter: Parameter): string {
  if (parameter.allowed !== undefined) return parameter.allowed;
  return parameter.acceptsNone === true ? `${kindText(parameter)}, or none` : kindText(parameter);
}

function isInRange(value: number, { minimum, maximum, above, below }: Parameter): boolean {
  return (
    (minimum === undefined || value >= minimum) &&
    (maximum === undefined || value <= maximum) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below)
  );
}

/** Whether a value is a share of an account. */
export function isShare(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** Whether a value is one that a parameter of a strategy may have: a finite number, a boolean or a text. */
export function isPlainValue(value: unknown): value is number | boolean | string {
  return typeof value === "number" ? Number.isFinite(value) : typeof value === "boolean" || typeof value === "string";
}

/** Whether a value is an object of keys and values, not one of a class. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether a parameter accepts a value. Numbers in texts are not accepted. */
export function acceptsValue(parameter: Parameter, value: unknown): boolean {
  if (parameter.acceptsNone === true && value === "none") return true;
  switch (parameter.kind) {
    case "integer":
      return Number.isSafeInteger(value) && isInRange(Number(value), parameter);
    case "number":
      return typeof value === "number" && Number.isFinite(value) && isInRange(value, parameter);
    case "boolean":
      return typeof value === "boolean";
    case "choice":
      return typeof value === "string" && parameter.values?.includes(value) === true;
    case "text":
      return typeof value === "string" && value !== "" && parameter.pattern?.test(value) !== false;
    case "list":
      return Array.isArray(value) && value.every((member) => typeof member === "string" && member !== "");
    case "shares":
      return typeof value === "string"
        ? parameter.values?.includes(value) === true
        : isPlainObject(value) && Object.values(value).every((share) => isShare(share));
    case "values":
      return isPlainObject(value) && Object.values(value).every((one) => isPlainValue(one));
  }
}

/** A value as text for a message. */
function valueText(value: unknown): string {
  return isPlainObject(value) ? JSON.stringify(value) : String(value);
}

/** One member of a configuration that is unknown or out of range. */
export interface ParameterFault {
  /** The member's name. */
  readonly path: string;
  /** Its value as text. */
  readonly value: string;
  /** What is accepted, or which member was probably meant. */
  readonly allowed: string;
}

/** The unknown and out-of-range members of `config`. Members that are `undefined` count as absent. */
export function parameterFaults<Config>(
  parameters: ParameterTable<Config>,
  config: Readonly<Record<string, unknown>>,
): readonly ParameterFault[] {
  const table: Readonly<Record<string, Parameter>> = parameters;
  const faults: ParameterFault[] = [];
  // Sweeps check thousands of configurations, so a pair per member would be much garbage.
  for (const path of Object.keys(config)) {
    const value = config[path];
    if (value === undefined) continue;
    const parameter = Object.hasOwn(table, path) ? table[path] : undefined;
    if (parameter === undefined) {
      const meant = nearest(path, Object.keys(table));
      const allowed =
        meant === undefined
          ? `there is no such member; the members are ${Object.keys(table).join(", ")}`
          : `there is no such member; did you mean "${meant}"?`;
      faults.push({ path, value: valueText(value), allowed });
    } else if (!acceptsValue(parameter, value)) {
      faults.push({ path, value: valueText(value), allowed: `${allowedValues(parameter)} is required` });
    }
  }
  return faults;
}

/**
 * The ATC_INVALID_CONFIG that lists faults in its message and in `details.faults`. `what` is the subject:
 * `the backtest configuration`.
 */
export function invalidParameters(what: string, faults: readonly ParameterFault[]): AtcError<"ATC_INVALID_CONFIG"> {
  const lines = faults.map(({ path, value, allowed }) => `"${path}" is "${value}": ${allowed}`);
  const listed: JsonValue = faults.map(({ path, value, allowed }) => ({ path, value, allowed }));
  const count = faults.length === 1 ? "a fault" : `${faults.length} faults`;
  return new AtcError("ATC_INVALID_CONFIG", `${what} has ${count}: ${lines.join("; ")}`, {
    details: { faults: listed },
  });
}
