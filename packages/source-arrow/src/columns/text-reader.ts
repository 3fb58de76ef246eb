import type { TextDictionary } from "@atc/plugin-kit";
import type { BatchColumn } from "../format/record-batch.ts";
import type { NumberArray, ValueType } from "../format/schema.ts";
import type { BatchRows } from "./batch-rows.ts";
import { numbersOf } from "./number-reader.ts";
import { textBytes } from "./text-bytes.ts";

/**
 * Reads the dictionary indices of some rows' texts into `target`; -1 for texts that are not UTF-8. Missing texts may
 * get any index.
 */
export type TextReader = (column: BatchColumn, rows: BatchRows, target: Int32Array) => Promise<void>;

/** A reader of a text column without a dictionary; undefined for other types. */
export function textReader(type: ValueType, dictionary: TextDictionary): TextReader | undefined {
  const texts = textBytes(type);
  if (texts === undefined) return undefined;
  return (column, rows, target) =>
    texts(column, rows, (bytes, start, end, row) => {
      target[rows.at + row] = dictionary.indexOf(bytes, start, end);
    });
}

/** The texts of an Arrow dictionary. It may grow, and in a stream it may be replaced. */
export interface ArrowDictionary {
  /** The texts by their index in the file; undefined for a missing one. */
  values: (string | undefined)[];
}

/**
 * A reader of a column of indices into an Arrow dictionary. A text is added to `dictionary` when a row first has it, so
 * texts without rows are not in it.
 */
export function indexedTexts(indices: NumberArray, source: ArrowDictionary, dictionary: TextDictionary): TextReader {
  let known: ArrowDictionary["values"] = [];
  let own: number[] = [];
  return async ({ buffers: [buffer] }, { from, count, at }, target) => {
    if (known !== source.values) own = [];
    known = source.values;
    const numbers = await numbersOf(buffer, indices, from, count);
    for (let row = 0; row < count; row++) {
      const index = Number(numbers[row]);
      let found = own[index];
      if (found === undefined) {
        const text = known[index];
        found = text === undefined ? -1 : dictionary.indexOfText(text);
        // An index without a text is not remembered: a missing row may have any index, and a later delta may give it a
        // text.
        if (text !== undefined) own[index] = found;
      }
      target[at + row] = found;
    }
  };
}
