/** Checks a value of JSON. Returns the place of its first fault, below `place`; undefined if there is none. */
export type Shape = (value: unknown, place: string) => string | undefined;

type Members = Readonly<Record<string, Shape>>;

export const of =
  (isFine: (value: unknown) => boolean): Shape =>
  (value, place) =>
    isFine(value) ? undefined : place;

export const text: Shape = of((value) => typeof value === "string");
export const whole: Shape = of((value) => Number.isSafeInteger(value) && (value as number) >= 0);
/** A number; JSON has null for NaN. */
export const figure: Shape = of((value) => value === null || typeof value === "number");
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const anyObject: Shape = of(isObject);

export const orAbsent =
  (shape: Shape): Shape =>
  (value, place) =>
    value === undefined ? undefined : shape(value, place);

export const orNull =
  (shape: Shape): Shape =>
  (value, place) =>
    value === null ? undefined : shape(value, place);

export function listOf(shape: Shape): Shape {
  return (value, place) => {
    if (!Array.isArray(value)) return place;
    for (const [i, one] of value.entries()) {
      const fault = shape(one, `${place}[${i}]`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

export function recordOf(shape: Shape): Shape {
  return (value, place) => (isObject(value) ? listOf(shape)(Object.values(value), place) : place);
}

/** An object with these members, and perhaps others. */
export function object(members: Members): Shape {
  return (value, place) => {
    if (!isObject(value)) return place;
    for (const [name, shape] of Object.entries(members)) {
      const fault = shape(value[name], place === "" ? name : `${place}.${name}`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}
