import { nearest } from "@atc/contract";
import { overs, sampleMethods } from "./sweep-words.ts";

/** What is wrong with the form of a member. */
export interface ShapeFault {
  /** The key or index in it; empty for all of it. */
  readonly place: string;
  /** What is wrong, and what to write. */
  readonly what: string;
}

type Members = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPlain(value: unknown): boolean {
  return typeof value === "number" || typeof value === "boolean" || typeof value === "string";
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

/** The fault of a range of numbers. */
function rangeFault(key: string, range: Members): string | undefined {
  const known = ["from", "to", "step", "scale"];
  const odd = Object.keys(range).find((name) => !known.includes(name));
  if (odd !== undefined) {
    const meant = nearest(odd, known);
    return `the range of ${key} has a member "${odd}"; ${meant === undefined ? `write ${known.join(", ")}` : `did you mean "${meant}"?`}`;
  }
  for (const name of ["from", "to"])
    if (typeof range[name] !== "number")
      return `the range of ${key} has ${shown(range[name])} as ${name}; give a number`;
  if (range["step"] !== undefined && typeof range["step"] !== "number")
    return `the range of ${key} has ${shown(range["step"])} as step; give a number`;
  const { scale } = range;
  if (scale === undefined || scale === "linear" || scale === "log") return undefined;
  return `the range of ${key} has ${shown(scale)} as scale; give linear or log`;
}

function axisFault(key: string, value: unknown): string | undefined {
  if (isPlain(value)) return undefined;
  if (Array.isArray(value)) {
    const odd: unknown = value.find((one) => !isPlain(one));
    return odd === undefined ? undefined : `${key} has the value ${shown(odd)}; give numbers, words, true or false`;
  }
  if (isObject(value)) return rangeFault(key, value);
  return `the values of ${key} are ${shown(value)}; give a list, a range such as 10..60:5, or from, to and step`;
}

/** The first fault of a member that is a mapping. */
function entriesFault(
  name: string,
  value: unknown,
  fault: (key: string, one: unknown) => string | undefined,
): ShapeFault | undefined {
  if (!isObject(value)) return { place: "", what: `${name} is ${shown(value)}; give keys and values` };
  for (const [key, one] of Object.entries(value)) {
    const what = fault(key, one);
    if (what !== undefined) return { place: key, what };
  }
  return undefined;
}

function tieFault(value: unknown): ShapeFault | undefined {
  if (!Array.isArray(value)) return { place: "", what: `tie is ${shown(value)}; give a list, such as [lengths]` };
  const isTie = (one: unknown): boolean =>
    typeof one === "string" || (Array.isArray(one) && one.every((key) => typeof key === "string"));
  const index = value.findIndex((one) => !isTie(one));
  return index < 0
    ? undefined
    : { place: String(index), what: `a tie is ${shown(value[index])}; give a list of keys, or lengths` };
}

/** What is wrong with the way in which configurations are chosen. */
function sampleFault(sample: unknown): ShapeFault | undefined {
  return entriesFault("sample", sample, (key, value) => {
    if (key === "method")
      return sampleMethods.some((method) => method === value)
        ? undefined
        : `method is ${shown(value)}; give ${sampleMethods.join(", ")}`;
    if (key !== "count" && key !== "seed") return `sample has a member "${key}"; write method, count and seed`;
    const least = key === "count" ? 1 : 0;
    return Number.isSafeInteger(value) && Number(value) >= least
      ? undefined
      : `${key} is ${shown(value)}; give an integer of ${least} or more`;
  });
}

/** What is wrong with the form of a member of a sweep. Names and values are checked when the space is made. */
export function memberFault(name: string, value: unknown): ShapeFault | undefined {
  switch (name) {
    case "grid":
      return entriesFault(name, value, axisFault);
    case "fixed":
      return entriesFault(name, value, (key, one) =>
        isPlain(one) ? undefined : `${key} is ${shown(one)}; give one value`,
      );
    case "tie":
      return tieFault(value);
    case "sample":
      return sampleFault(value);
    case "metrics":
      return isTextList(value) ? undefined : { place: "", what: `metrics is ${shown(value)}; give a list of names` };
    case "where":
    case "require":
      return typeof value === "string" || isTextList(value)
        ? undefined
        : { place: "", what: `${name} is ${shown(value)}; give an expression, or a list of them` };
    case "over":
      return overs.some((over) => over === value)
        ? undefined
        : { place: "", what: `over is ${shown(value)}; give ${overs.join(", ")}` };
    default:
      return typeof value === "string" ? undefined : { place: "", what: `${name} is ${shown(value)}; give a text` };
  }
}
