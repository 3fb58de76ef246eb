import type { CsvLayout } from "../layout/csv-layout.ts";
import type { Dictionary } from "../text/dictionary.ts";
import type { MemoryPiece, RowExports, RowMemory } from "./row-memory.ts";

/** Offsets in the kernel's state, the same as in `assembly/state.ts`. */
export const positionWord = 9;
export const fieldsAt = 752;
const tableWord = 4;
const namesWord = 11;
const countWord = 156;
/** Names that the kernel's table holds. Half of its slots stay free. */
export const mostNames = 16_384;
const tableSlots: number = 2 * mostNames;
const longestName = 24;
const nameLength = 32;
/** Names that only quoted fields can hold: without quotes, their blanks or quotes would mean something else. */
const quotedAlone = /^[\t "]|[\t ]$/;

/** Bytes of the kernel's state. */
export function stateLength(layout: CsvLayout): number {
  return fieldsAt + 8 * layout.fields.length;
}

/** The dictionary whose first `registered` names are in the table of a memory. */
interface TableUse {
  readonly dictionary: Dictionary;
  registered: number;
}

const uses = new WeakMap<ArrayBuffer, TableUse>();

/**
 * Points the kernel's state to a table of the dictionary's symbols: the table in the memory if it belongs to the same
 * dictionary, else an empty one. Returns a function that registers the symbols added to the dictionary since its last
 * call.
 */
export function symbolTable(
  { symbols: { buffer, offset } }: RowMemory,
  exports: RowExports,
  state: MemoryPiece,
  dictionary: Dictionary,
): () => void {
  const table = offset;
  const known = table + 4 * tableSlots;
  const name = known + mostNames * nameLength;
  const found = uses.get(buffer);
  const use: TableUse = found?.dictionary === dictionary ? found : { dictionary, registered: 0 };
  uses.set(buffer, use);
  if (use.registered === 0) {
    new Int32Array(buffer, table, tableSlots).fill(0);
    // The kernel compares with the first name before there is one.
    new Int32Array(buffer, known, nameLength / 4).fill(0);
  }
  const words = new Int32Array(state.buffer, state.offset, fieldsAt / 4);
  words.set([table, tableSlots - 1], tableWord);
  words[namesWord] = known;
  words.set([use.registered, 0], countWord);
  const nameBytes = new Uint8Array(buffer, name, longestName);
  const encoder = new TextEncoder();
  const { values } = dictionary;
  return () => {
    for (; use.registered < Math.min(values.length, mostNames); use.registered++) {
      const text = encoder.encode(values[use.registered]);
      const isKept = text.length <= longestName && !quotedAlone.test(values[use.registered]);
      nameBytes.fill(0).set(isKept ? text : []);
      exports.remember(state.offset, name, isKept ? text.length : 0);
    }
  };
}
