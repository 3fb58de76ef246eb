import type { Strategy } from "@atc/contract";
import type { Axis } from "./axis.ts";
import { makeAxis } from "./make-axis.ts";
import { spaceFault } from "./space-fault.ts";
import type { SweepDefinition } from "./sweep-definition.ts";
import { isNameOfTable, type SweepKey, type SweepKeys } from "./sweep-keys.ts";
import { tiedKeys } from "./ties.ts";

/** The place of a member of a definition, for messages. */
export function originOf({ origins = {} }: SweepDefinition, member: string): string {
  return origins[member] ?? member;
}

/** Throws if a key cannot be varied under a strategy. */
export function checkVaried(key: SweepKey, origin: string, strategy: Strategy | undefined): void {
  if (isNameOfTable(key))
    throw spaceFault(
      origin,
      `the parameter "${key.member}" of the strategy "${strategy?.name}" has the name of a key; rename the parameter to sweep it`,
    );
  if (key.part === "signals" && strategy !== undefined)
    throw spaceFault(
      origin,
      `the strategy "${strategy.name}" does not read ${key.name}, which belongs to ATC; sweep its parameters, such as parameters.NAME`,
    );
}

/**
 * The axes of a definition, outermost first.
 *
 * @throws ATC_INVALID_CONFIG for unknown keys, an axis given twice, and what `makeAxis` and ties refuse
 */
export function spaceAxes(
  definition: SweepDefinition,
  keys: SweepKeys,
  strategy: Strategy | undefined,
): readonly Axis[] {
  const given = new Map<string, string>();
  const inputs = Object.entries(definition.grid ?? {}).map(([written, values]) => {
    const origin = originOf(definition, `grid.${written}`);
    const key = keys.find(written);
    if (key === undefined) throw spaceFault(origin, keys.unknown(written));
    const earlier = given.get(key.name);
    if (earlier !== undefined)
      throw spaceFault(origin, `${key.name} has an axis already (${earlier}); remove one of them`);
    given.set(key.name, origin);
    checkVaried(key, origin, strategy);
    return { key, definition: values, origin };
  });
  if (inputs.length === 0)
    throw spaceFault(
      originOf(definition, "grid"),
      "the space has no axes; give one or more, such as --grid emaLength=10..60:5",
    );
  const tied = tiedKeys(definition, keys, ({ name }) => given.has(name));
  return inputs.map(({ key, ...input }) => makeAxis({ ...input, keys: [key, ...(tied.get(key.name) ?? [])] }));
}
