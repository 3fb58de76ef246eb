import { memberPlace, type RecordMember, type RecordName, recordLength } from "./kernel-records.ts";

/** A stretch of a slot, in doubles from the slot's begin. */
export interface Stretch {
  /** The first double; of a state, known once all states are. */
  readonly first: number;
  /** How many. */
  readonly length: number;
}

/** What is written to a slot: a number as it is, or the address of a stretch. */
export type Word = number | Stretch;

/** Lays out what one computation keeps in the WebAssembly memory, before it is known where its slot will lie. */
export interface SlotPlan {
  /** Takes some doubles; those that are not given are 0. */
  take(length: number, values?: readonly Word[]): Stretch;
  /** Takes a record. */
  record<Name extends RecordName>(name: Name, words: Readonly<Record<RecordMember<Name>, Word>>): Stretch;
  /** Replaces a member of a record. */
  set<Name extends RecordName>(record: Stretch, name: Name, member: RecordMember<Name>, word: Word): void;
  /** Takes doubles that change with the bars. */
  state(values: readonly number[]): Stretch;
  /** Lays all states out behind everything else, one after the other, and returns where; nothing is taken afterwards. */
  placeStates(): Stretch;
  /** Doubles taken. */
  length(): number;
  /** Writes everything to a slot, which begins at `address` of the memory. */
  write(memory: Float64Array, address: number): void;
}

interface MovableStretch extends Stretch {
  first: number;
  readonly values: readonly number[];
}

/** Stretches begin at a whole vector of two doubles. */
function even(length: number): number {
  return length + (length % 2);
}

/** The plan of an empty slot. */
export function createSlotPlan(): SlotPlan {
  let taken = 0;
  const words = new Map<number, Word>();
  const states: MovableStretch[] = [];
  function take(length: number, values: readonly Word[] = []): Stretch {
    const first = taken;
    taken += even(length);
    for (const [place, value] of values.entries()) words.set(first + place, value);
    return { first, length };
  }
  return {
    take,
    record(name, members) {
      const record = take(recordLength(name));
      for (const [member, word] of Object.entries(members) as [RecordMember<typeof name>, Word][]) {
        words.set(record.first + memberPlace(name, member), word);
      }
      return record;
    },
    set(record, name, member, word) {
      words.set(record.first + memberPlace(name, member), word);
    },
    state(values) {
      const stretch = { first: 0, length: values.length, values };
      states.push(stretch);
      return stretch;
    },
    placeStates() {
      const first = taken;
      for (const stretch of states) stretch.first = take(stretch.length, stretch.values).first;
      return { first, length: taken - first };
    },
    length: () => taken,
    write(memory, address) {
      memory.fill(0, address / 8, address / 8 + taken);
      for (const [place, word] of words) {
        memory[address / 8 + place] = typeof word === "number" ? word : address + 8 * word.first;
      }
    },
  };
}
