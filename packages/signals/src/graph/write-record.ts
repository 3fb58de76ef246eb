import { recordMembers } from "../wasm/kernel-layout.ts";
import type { RecordMember, RecordName } from "../wasm/kernel-records.ts";

type Members = readonly (readonly [name: string, isWhole: boolean])[];

/** The members of each record in order. Graphs write thousands of records. */
const membersOf: Readonly<Record<string, Members>> = Object.fromEntries(
  Object.entries(recordMembers).map(([record, members]) => [
    record,
    Object.entries(members).map(([name, type]) => [name, type === "u64"] as const),
  ]),
);

/** Writes records to a memory. */
export interface RecordWriter {
  /** Writes a record at byte `address`; members that are absent become 0. */
  write<Name extends RecordName>(
    address: number,
    name: Name,
    values: Readonly<Partial<Record<RecordMember<Name>, number>>>,
  ): void;
}

/** A writer for a memory, until that grows. */
export function createRecordWriter(memory: Float64Array): RecordWriter {
  const words = new Uint32Array(memory.buffer);
  return {
    write(address, name, values) {
      const given = values as Readonly<Record<string, number | undefined>>;
      let place = address / 8;
      for (const [member, isWhole] of membersOf[name]) {
        memory[place] = 0;
        const value = given[member] ?? 0;
        if (isWhole) words[2 * place] = value;
        else memory[place] = value;
        place++;
      }
    },
  };
}
