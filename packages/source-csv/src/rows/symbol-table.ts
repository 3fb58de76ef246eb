import type { FileLayout } from "../layout/layout.ts";
import type { Dictionary } from "../text/dictionary.ts";
import type { MemoryPiece, RowExports, RowMemory } from "./row-memory.ts";

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

/** Bytes of the kernel's state. */
export function stateLength(layout: FileLayout): number {
  return fieldsAt + 8 * layout.fields.length;
}

/** The dictionary whose first names are in the table of a memory. */
interface TableUse {
  readonly dictionary: Dictionary;
  learned: number;
}

const uses = new WeakMap<ArrayBuffer, TableUse>();

/**
 * Gives the kernel's state a table of a dictionary's symbols: the one that is in the memory, where that is of the same dictionary, else an empty one. Returns
 * what takes notice of symbols that have come to the dictionary.
 */
export function symbolTable(
  { kept: { buffer, offset } }: RowMemory,
  exports: RowExports,
  state: MemoryPiece,
  dictionary: Dictionary,
): () => void {
  const table = offset;
  const known = table + 4 * tableSlots;
  const name = known + mostNames * nameLength;
  const found = uses.get(buffer);
  const use: TableUse = found?.dictionary === dictionary ? found : { dictionary, learned: 0 };
  uses.set(buffer, use);
  if (use.learned === 0) {
    new Int32Array(buffer, table, tableSlots).fill(0);
    // The first name is compared while there is none.
    new Int32Array(buffer, known, nameLength / 4).fill(0);
  }
  const words = new Int32Array(state.buffer, state.offset, fieldsAt / 4);
  words.set([table, tableSlots - 1], tableWord);
  words[namesWord] = known;
  words.set([use.learned, 0], countWord);
  const nameBytes = new Uint8Array(buffer, name, longestName);
  const encoder = new TextEncoder();
  const { values } = dictionary;
  return () => {
    for (; use.learned < Math.min(values.length, mostNames); use.learned++) {
      const text = encoder.encode(values[use.learned] as string);
      const isKept = text.length <= longestName && !quotedAlone.test(values[use.learned] as string);
      nameBytes.fill(0).set(isKept ? text : []);
      exports.remember(state.offset, name, isKept ? text.length : 0);
    }
  };
}
