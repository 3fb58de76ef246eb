import { createTextDictionary } from "@atc/plugin-kit";
import type { Vector } from "@duckdb/node-bindings";
import type { Binding } from "./binding.ts";

/** Bytes of a DuckDB string: its length, then a text of up to 12 bytes, or 4 bytes of a longer text and a pointer. */
const stringLength = 16;
const inlineLength = 12;
/**
 * Long strings of a vector that are remembered by their pointer: a column with a dictionary has one pointer per text.
 */
const pointerSlots = 256;

/** A vector of strings. */
export interface StringVector {
  /** The strings' words, 4 per row. */
  readonly words: Int32Array;
  /** One bit per row, set if there is a value; null if no value is missing. */
  readonly validity: Uint8Array | null;
}

/** One bit per row of a vector, set if it has a value; null if all rows have. */
export function vectorValidity(duckdb: Binding, vector: Vector, length: number): Uint8Array | null {
  // The mask consists of 64-bit words. A request for more bytes than it has ends the process.
  return duckdb.vector_get_validity(vector, 8 * Math.ceil(length / 64)) as Uint8Array | null;
}

/** The strings of a vector, valid as long as its chunk. */
export function vectorWords(duckdb: Binding, vector: Vector, length: number): StringVector {
  const { buffer, byteOffset } = duckdb.vector_get_data(vector, stringLength * length);
  return { words: new Int32Array(buffer, byteOffset, 4 * length), validity: vectorValidity(duckdb, vector, length) };
}

/** Whether a row has a value. */
export function isValid(validity: Uint8Array | null, row: number): boolean {
  return validity === null || ((validity[row >> 3] >> (row & 7)) & 1) === 1;
}

/** The bytes of a string and their range; valid as long as the vector, or until the next call. */
export interface StringBytes {
  bytes: Uint8Array;
  start: number;
  end: number;
}

/** Finds the bytes of the string of a row, which has one. Short strings are found without a call of DuckDB. */
export function stringBytes(duckdb: Binding, { words }: StringVector, row: number, found: StringBytes): void {
  const length = words[4 * row];
  if (length > inlineLength) {
    const byteOffset = words.byteOffset + stringLength * row + 8;
    found.bytes = duckdb.get_data_from_pointer(words.buffer as ArrayBuffer, byteOffset, length);
    found.start = 0;
  } else {
    if (found.bytes.buffer !== words.buffer || found.bytes.byteOffset !== 0) found.bytes = new Uint8Array(words.buffer);
    found.start = words.byteOffset + stringLength * row + 4;
  }
  found.end = found.start + length;
}

/** Reads strings as indices of a dictionary. */
export interface StringReader {
  /** The dictionary's texts. */
  readonly values: readonly string[];
  /** Writes the indices of the first `length` strings to `target`, from index `at`; -1 for missing strings. */
  read(strings: StringVector, length: number, target: Int32Array, at: number): void;
}

/**
 * A reader with an empty dictionary. Short strings are found by their four words, without a JavaScript string and
 * without a call of DuckDB. Each longer string takes a call, unless its pointer is remembered.
 *
 * @param rename - maps a string to its text in the dictionary; default: the same text
 */
export function createStringReader(duckdb: Binding, rename?: (text: string) => string): StringReader {
  const raw = createTextDictionary();
  const renamed = rename === undefined ? raw : createTextDictionary();
  const indices: number[] = [];
  const words = createWordTable();
  const decoder = new TextDecoder();

  const indexOfBytes = (bytes: Uint8Array): number => {
    let index = raw.indexOf(bytes, 0, bytes.length);
    if (index < 0) index = raw.indexOfText(decoder.decode(bytes));
    if (rename === undefined) return index;
    indices[index] ??= renamed.indexOfText(rename(raw.values[index] ?? ""));
    return indices[index];
  };
  // Within a vector, equal words are equal strings; in the next vector, the same pointer may lead to another text.
  const pointers = new Int32Array(4 * pointerSlots);
  const pointed = new Int32Array(pointerSlots);
  const indexOfLong = (source: Int32Array, at: number): number => {
    const slot = (source[at + 2] >>> 4) & (pointerSlots - 1);
    if (isSameString(source, at, pointers, 4 * slot)) return pointed[slot];
    const byteOffset = source.byteOffset + 4 * at + 8;
    const text = duckdb.get_data_from_pointer(source.buffer as ArrayBuffer, byteOffset, source[at]);
    for (let word = 0; word < 4; word++) pointers[4 * slot + word] = source[at + word];
    pointed[slot] = indexOfBytes(text);
    return pointed[slot];
  };
  const indexAt = (source: Int32Array, at: number): number => {
    const length = source[at];
    if (length > inlineLength) return indexOfLong(source, at);
    const byteOffset = source.byteOffset + 4 * at;
    const known = words.find(source, at);
    if (known >= 0) return known;
    const index = indexOfBytes(new Uint8Array(source.buffer, byteOffset + 4, length));
    words.add(source, at, index);
    return index;
  };
  return {
    values: renamed.values,
    read: ({ words: source, validity }, length, target, at) => {
      let previous = -1;
      pointers.fill(0);
      for (let row = 0; row < length; row++) {
        if (!isValid(validity, row)) {
          target[at + row] = -1;
          continue;
        }
        const isSame = previous >= 0 && isSameString(source, 4 * row, source, 4 * previous);
        target[at + row] = isSame ? target[at + previous] : indexAt(source, 4 * row);
        previous = row;
      }
    },
  };
}

function isSameString(words: Int32Array, at: number, others: Int32Array, other: number): boolean {
  return (
    words[at] === others[other] &&
    words[at + 1] === others[other + 1] &&
    words[at + 2] === others[other + 2] &&
    words[at + 3] === others[other + 3]
  );
}

/** Indices by four words: DuckDB fills the rest of a short string's 12 bytes with zeros. */
function createWordTable(): {
  find(words: Int32Array, at: number): number;
  add(words: Int32Array, at: number, index: number): void;
} {
  let keys = new Int32Array(4 * 256);
  let values = new Int32Array(256).fill(-1);
  let count = 0;
  const slotOf = (words: Int32Array, at: number): number => {
    const mask = values.length - 1;
    let slot = hashOf(words, at) & mask;
    while (values[slot] !== -1 && !isSameString(words, at, keys, 4 * slot)) slot = (slot + 1) & mask;
    return slot;
  };
  const put = (words: Int32Array, at: number, index: number): void => {
    const slot = slotOf(words, at);
    for (let word = 0; word < 4; word++) keys[4 * slot + word] = words[at + word];
    values[slot] = index;
  };
  return {
    find: (words, at) => values[slotOf(words, at)],
    add: (words, at, index) => {
      if (++count * 2 > values.length) {
        const [oldKeys, oldValues] = [keys, values];
        keys = new Int32Array(2 * oldKeys.length);
        values = new Int32Array(2 * oldValues.length).fill(-1);
        for (let slot = 0; slot < oldValues.length; slot++)
          if (oldValues[slot] !== -1) put(oldKeys, 4 * slot, oldValues[slot]);
      }
      put(words, at, index);
    },
  };
}

function hashOf(words: Int32Array, at: number): number {
  let hash = Math.imul(words[at], 0x9e3779b1) ^ Math.imul(words[at + 1], 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ words[at + 2], 0xc2b2ae35) ^ words[at + 3];
  hash = Math.imul(hash ^ (hash >>> 13), 0x27d4eb2f);
  return hash ^ (hash >>> 16);
}
