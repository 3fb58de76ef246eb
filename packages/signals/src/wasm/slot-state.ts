import type { Kernel } from "../base/kernel.ts";
import type { KernelPlan } from "./kernel-plan.ts";
import { memberPlace, type RecordMember } from "./kernel-records.ts";
import type { Slot } from "./slot.ts";

/** 1 if any saved number is so large that a window sum may have overflowed. */
function mayOverflow(values: Float64Array): number {
  for (const value of values) if (Math.abs(value) > 1e290) return 1;
  return 0;
}

/** Saves and restores the state of a slot. */
export function slotState(
  plan: KernelPlan,
  { space, address }: Slot,
): Pick<Kernel, "savedLength" | "save" | "restore"> {
  const { saved, room, state } = plan;
  const base = address / 8;
  const { history } = room;
  const savedLength = saved.reduce((sum, { length }) => sum + length, 2 * history + 1);
  const member = (name: RecordMember<"state">): number => base + state.first + memberPlace("state", name);
  const place = 2 * member("place");
  const close = member("previousClose");
  return {
    savedLength,
    save(target) {
      const memory = space.doubles();
      let at = 0;
      for (const { first, length } of saved) {
        target.set(memory.subarray(base + first, base + first + length), at);
        at += length;
      }
      const newest = new Uint32Array(memory.buffer)[place];
      for (const { first } of [room.source, room.changes]) {
        target.set(memory.subarray(base + first + newest - history, base + first + newest), at);
        at += history;
      }
      target[at] = memory[close];
    },
    restore(values, bars) {
      const memory = space.doubles();
      let at = 0;
      for (const { first, length } of [
        ...saved,
        { ...room.source, length: history },
        { ...room.changes, length: history },
      ]) {
        memory.set(values.subarray(at, at + length), base + first);
        at += length;
      }
      const wholes = new Uint32Array(memory.buffer);
      wholes[place] = history;
      wholes[2 * member("mayOverflow")] = mayOverflow(values);
      memory[close] = values[at];
      memory[member("bars")] = bars;
    },
  };
}
