import { spaceFault } from "./space-fault.ts";
import type { SweepDefinition } from "./sweep-definition.ts";
import { lengthKeys, type SweepKey, type SweepKeys } from "./sweep-keys.ts";

/** The keys of a tie as written. */
function written(tie: string | readonly string[]): readonly string[] {
  const names = typeof tie === "string" ? tie.split(",").map((name) => name.trim()) : tie;
  return names.flatMap((name) => (name === "lengths" ? lengthKeys : [name]));
}

/**
 * The other keys that share the value of a key with an axis, by the name of that key.
 *
 * @throws ATC_INVALID_CONFIG for a tie of unknown keys, of fewer than two, of a key in another tie, and of none or
 * several with an axis
 */
export function tiedKeys(
  { tie = [], origins = {} }: SweepDefinition,
  keys: SweepKeys,
  hasAxis: (key: SweepKey) => boolean,
): ReadonlyMap<string, readonly SweepKey[]> {
  const tied = new Map<string, readonly SweepKey[]>();
  const seen = new Set<string>();
  for (const [index, one] of tie.entries()) {
    const origin = origins[`tie.${index}`] ?? origins["tie"] ?? "tie";
    const members = written(one).map((name) => {
      const key = keys.find(name);
      if (key === undefined) throw spaceFault(origin, keys.unknown(name));
      if (seen.has(key.name)) throw spaceFault(origin, `${key.name} is tied twice; remove one of them`);
      seen.add(key.name);
      return key;
    });
    const names = members.map(({ name }) => name).join(", ");
    if (members.length < 2) throw spaceFault(origin, `a tie of ${names} alone has no effect; name two keys or more`);
    const leaders = members.filter(hasAxis);
    const [leader] = leaders;
    if (leader === undefined)
      throw spaceFault(
        origin,
        `none of the tied keys ${names} has values; give one of them, such as --grid ${members[0].name}=...`,
      );
    if (leaders.length > 1)
      throw spaceFault(
        origin,
        `the tied keys ${leaders.map(({ name }) => name).join(", ")} all have values; keep those of one, which the others take`,
      );
    tied.set(
      leader.name,
      members.filter((key) => key !== leader),
    );
  }
  return tied;
}
