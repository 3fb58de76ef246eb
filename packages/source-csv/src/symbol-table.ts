import type { FileLayout } from "./layout.ts";
import type { RowExports, RowMemory } from "./row-memory.ts";

/** Offsets in the kernel's state, as `assembly/state.ts` has them. */
export const positionWord = 9;
export const fieldsAt = 640;
const tableWord = 4;
const namesWord = 11;
const countWord = 156;
/** Names of symbols that the kernel's table holds, and its slots: half of them stay free. */
export const mostNames = 16_384;
const tableSlots: number = 2 * mostNames;
const longestName = 24;
const nameLength = 32;
/** Names that stand in quotes alone; without, their blanks or quotes would mean something else. */
const quotedAlone = /^[\t "]|[\t ]$/;

/** Bytes that a table of symbols takes of a memory. */
export const symbolTableLength: number = longestName + mostNames * nameLength + 4 * tableSlots;

/** Bytes of the kernel's state. */
export function stateLength(layout: FileLayout): number {
  return fieldsAt + 8 * layout.fields.length;
}

/** Gives the kernel's state an empty table of symbols. Returns what takes notice of symbols that have come to the dictionary. */
export function symbolTable(
  memory: RowMemory,
  exports: RowExports,
  state: { readonly buffer: ArrayBuffer; readonly offset: number },
): (names: readonly string[]) => void {
  const name = memory.allocate(longestName);
  const table = memory.allocate(4 * tableSlots);
  const known = memory.allocate(mostNames * nameLength);
  new Int32Array(table.buffer, table.offset, tableSlots).fill(0);
  // The first name is compared while there is none.
  new Int32Array(known.buffer, known.offset, nameLength / 4).fill(0);
  const words = new Int32Array(state.buffer, state.offset, fieldsAt / 4);
  words.set([table.offset, tableSlots - 1], tableWord);
  words[namesWord] = known.offset;
  words.set([0, 0], countWord);
  const nameBytes = new Uint8Array(name.buffer, name.offset, longestName);
  const encoder = new TextEncoder();
  let learned = 0;
  return (names) => {
    for (; learned < Math.min(names.length, mostNames); learned++) {
      const text = encoder.encode(names[learned] as string);
      const isKept = text.length <= longestName && !quotedAlone.test(names[learned] as string);
      nameBytes.fill(0).set(isKept ? text : []);
      exports.remember(state.offset, name.offset, isKept ? text.length : 0);
    }
  };
}
