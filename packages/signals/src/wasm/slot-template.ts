import { isWhole, memberPlace, type RecordMember, type RecordName, recordLength } from "./kernel-records.ts";

/** A region of a slot, in places of 8 bytes from the start of the slot. */
export interface Region {
  /** The first place. For a state, it is set by {@link SlotTemplate.placeStates}. */
  readonly first: number;
  readonly length: number;
}

/** A value in a slot: a number, or the address of a region. */
export type Word = number | Region;

/**
 * The initial contents of a slot. They are laid out once per configuration and written to the slot of each computation.
 */
export interface SlotTemplate {
  /** Reserves places for doubles; the default value is 0. */
  doubles(length: number, values?: readonly number[]): Region;
  /** Reserves places for integers and addresses. */
  whole(values: readonly Word[]): Region;
  /** Reserves places for a record. */
  record<Name extends RecordName>(name: Name, words: Readonly<Record<RecordMember<Name>, Word>>): Region;
  /** Replaces a member of a record. */
  set<Name extends RecordName>(record: Region, name: Name, member: RecordMember<Name>, word: Word): void;
  /** Reserves places for doubles that change from bar to bar; the first `whole` of them are integers. */
  state(values: readonly number[], whole?: number): Region;
  /**
   * Puts all states one after the other behind everything else and returns their region. Only doubles may be reserved
   * afterwards.
   */
  placeStates(): Region;
  /** Places reserved. */
  length(): number;
  /** Writes the contents to a slot at byte `address`. */
  write(memory: Float64Array, address: number): void;
}

interface MovableRegion extends Region {
  first: number;
  readonly values: readonly number[];
  readonly whole: number;
}

interface Content {
  readonly word: Word;
  readonly whole: boolean;
}

/** Regions are aligned to vectors of two doubles. */
function even(length: number): number {
  return length + (length % 2);
}

/** The contents of a slot as arrays, for fast writing. */
interface SlotImage {
  readonly doublePlaces: Int32Array;
  readonly doubles: Float64Array;
  readonly wholePlaces: Int32Array;
  readonly wholes: Int32Array;
  /** 1 for an address, which is relative to the slot. */
  readonly moves: Uint8Array;
}

function createImage(contents: ReadonlyMap<number, Content>): SlotImage {
  const entries = [...contents];
  const doubles = entries.filter(([, { whole }]) => !whole);
  const wholes = entries.filter(([, { whole }]) => whole);
  const numberOf = (word: Word): number => (typeof word === "number" ? word : 8 * word.first);
  return {
    doublePlaces: Int32Array.from(doubles, ([place]) => place),
    doubles: Float64Array.from(doubles, ([, { word }]) => numberOf(word)),
    wholePlaces: Int32Array.from(wholes, ([place]) => place),
    wholes: Int32Array.from(wholes, ([, { word }]) => numberOf(word)),
    moves: Uint8Array.from(wholes, ([, { word }]) => Number(typeof word !== "number")),
  };
}

function writeImage(image: SlotImage, memory: Float64Array, address: number): void {
  const { doublePlaces, doubles, wholePlaces, wholes, moves } = image;
  const base = address / 8;
  const words = new Uint32Array(memory.buffer);
  for (let i = 0; i < doubles.length; i++) memory[base + doublePlaces[i]] = doubles[i];
  for (let i = 0; i < wholes.length; i++) {
    words[2 * (base + wholePlaces[i])] = wholes[i] + moves[i] * address;
  }
}

export function createSlotTemplate(): SlotTemplate {
  let reserved = 0;
  const contents = new Map<number, Content>();
  const states: MovableRegion[] = [];
  let image: SlotImage | undefined;
  function reserve(length: number, values: readonly Word[], whole: number): Region {
    const first = reserved;
    reserved += even(length);
    for (const [place, word] of values.entries()) contents.set(first + place, { word, whole: place < whole });
    return { first, length };
  }
  function setMember<Name extends RecordName>(
    record: Region,
    name: Name,
    member: RecordMember<Name>,
    word: Word,
  ): void {
    contents.set(record.first + memberPlace(name, member), { word, whole: isWhole(name, member) });
  }
  return {
    doubles: (length, values = []) => reserve(length, values, 0),
    whole: (values) => reserve(values.length, values, values.length),
    record(name, members) {
      const record = reserve(recordLength(name), [], 0);
      for (const [member, word] of Object.entries(members) as [RecordMember<typeof name>, Word][]) {
        setMember(record, name, member, word);
      }
      return record;
    },
    set: setMember,
    state(values, whole = 0) {
      const region = { first: 0, length: values.length, values, whole };
      states.push(region);
      return region;
    },
    placeStates() {
      const first = reserved;
      for (const region of states) region.first = reserve(region.length, region.values, region.whole).first;
      return { first, length: reserved - first };
    },
    length: () => reserved,
    write(memory, address) {
      image ??= createImage(contents);
      memory.fill(0, address / 8, address / 8 + reserved);
      writeImage(image, memory, address);
    },
  };
}
