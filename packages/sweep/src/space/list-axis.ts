import type { Axis, AxisValue } from "./axis.ts";

/** What every axis of some keys has. */
export type AxisTraits = Pick<Axis, "name" | "keys" | "kind">;

function isRising(values: readonly AxisValue[]): boolean {
  return values.every((value, i) => typeof value === "number" && (i === 0 || value > Number(values[i - 1])));
}

/** An axis of listed values. */
export function listAxis(traits: AxisTraits, values: readonly AxisValue[]): Axis {
  const places = new Map(values.map((value, index): [AxisValue, number] => [value, index]));
  const size = values.length;
  return {
    ...traits,
    size,
    isOrdered: size > 1 && isRising(values),
    at: (index) => values[index],
    atPart: (part) => values[Math.min(size - 1, Math.floor(part * size))],
    partOf(value) {
      const index = places.get(value) ?? 0;
      return [index / size, (index + 1) / size];
    },
  };
}
