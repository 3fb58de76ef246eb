import { nearest } from "@atc/contract";
import { spaceFault } from "./space-fault.ts";
import { memberFault } from "./sweep-shape.ts";
import { sweepMembers } from "./sweep-words.ts";

/**
 * Checks the form of a definition that TypeScript has not checked.
 *
 * @throws ATC_INVALID_CONFIG for unknown members, with the nearest one, and for members of another form
 */
export function checkDefinition(definition: object, origins: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries(definition)) {
    if (name === "origins" || value === undefined) continue;
    const origin = origins[name] ?? name;
    if (!sweepMembers.some((member) => member === name)) {
      const meant = nearest(name, sweepMembers);
      const remedy = meant === undefined ? `the members are ${sweepMembers.join(", ")}` : `did you mean "${meant}"?`;
      throw spaceFault(origin, `there is no member "${name}"; ${remedy}`);
    }
    const fault = memberFault(name, value);
    if (fault !== undefined) throw spaceFault(origins[`${name}.${fault.place}`] ?? origin, fault.what);
  }
}
