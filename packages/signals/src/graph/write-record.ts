import { recordMembers } from "../wasm/kernel-layout.ts";
import { isWhole, memberPlace, type RecordMember, type RecordName } from "../wasm/kernel-records.ts";

/** Writes a record at byte `address`; members that are absent become 0. */
export function writeRecord<Name extends RecordName>(
  memory: Float64Array,
  address: number,
  name: Name,
  values: Readonly<Partial<Record<RecordMember<Name>, number>>>,
): void {
  const words = new Uint32Array(memory.buffer);
  for (const member of Object.keys(recordMembers[name]) as RecordMember<Name>[]) {
    const place = address / 8 + memberPlace(name, member);
    memory[place] = 0;
    if (isWhole(name, member)) words[2 * place] = values[member] ?? 0;
    else memory[place] = values[member] ?? 0;
  }
}
