import type { SearchAxis, SearchValue } from "../data/search-data.ts";

/** The place of a value on its axis, from 0 to 1: between two ticks in proportion. Undefined if it is not on it. */
export function axisPart({ ticks }: SearchAxis, value: SearchValue): number | undefined {
  const own = ticks.find((tick) => tick.value === value);
  if (own !== undefined || typeof value !== "number") return own?.part;
  const numbers = ticks.filter((tick): tick is { value: number; part: number } => typeof tick.value === "number");
  for (let i = 1; i < numbers.length; i++) {
    const [a, b] = [numbers[i - 1], numbers[i]];
    const share = (value - a.value) / (b.value - a.value);
    if (share >= 0 && share <= 1) return a.part + share * (b.part - a.part);
  }
  return undefined;
}
