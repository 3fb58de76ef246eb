import type { TextDictionary } from "@atc/plugin-kit";
import type { ArrowBuffer, BatchColumn } from "../format/record-batch.ts";
import { type NumberArray, type ValueType, viewBytes } from "../format/schema.ts";
import type { BatchRows } from "./batch-rows.ts";
import { numbersOf } from "./number-reader.ts";

/**
 * Reads the dictionary indices of some rows' texts into `target`; -1 for texts that are not UTF-8. Missing texts may
 * get any index.
 */
export type TextReader = (column: BatchColumn, rows: BatchRows, target: Int32Array) => Promise<void>;

/** Texts found by their offsets. */
function offsetTexts(dictionary: TextDictionary, offsetBytes: 4 | 8): TextReader {
  return async ({ buffers: [offsetBuffer, text] }, { from, count, at }, target) => {
    const raw = await read(offsetBuffer, from * offsetBytes, (count + 1) * offsetBytes);
    const offsets =
      offsetBytes === 4
        ? new Int32Array(raw.buffer, raw.byteOffset, count + 1)
        : Float64Array.from(new BigInt64Array(raw.buffer, raw.byteOffset, count + 1), Number);
    const start = offsets[0] ?? 0;
    const bytes = await read(text, start, (offsets[count] ?? 0) - start);
    for (let row = 0; row < count; row++) {
      const begin = offsets[row] - start;
      const end = offsets[row + 1] - start;
      if (begin < 0 || end < begin || end > bytes.length) throw new RangeError("two texts overlap");
      target[at + row] = dictionary.indexOf(bytes, begin, end);
    }
  };
}

const inlined = 12;

/** Texts found by views: up to 12 bytes are in the view itself, longer texts in one of the other buffers. */
function viewTexts(dictionary: TextDictionary): TextReader {
  return async ({ buffers: [viewBuffer, ...others] }, { from, count, at }, target) => {
    const raw = await read(viewBuffer, from * viewBytes, count * viewBytes);
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    // The range of each buffer that these rows need.
    const ranges = others.map(() => ({ from: Number.POSITIVE_INFINITY, to: 0 }));
    for (let row = 0; row < count; row++) {
      const length = view.getInt32(row * viewBytes, true);
      if (length <= inlined) continue;
      const range = ranges[view.getInt32(row * viewBytes + 8, true)];
      if (range === undefined) throw new RangeError("a text is in a buffer that is missing");
      const start = view.getInt32(row * viewBytes + 12, true);
      range.from = Math.min(range.from, start);
      range.to = Math.max(range.to, start + length);
    }
    const bytes = await Promise.all(
      ranges.map((range, i) =>
        range.to === 0 ? new Uint8Array(0) : read(others[i], range.from, range.to - range.from),
      ),
    );
    for (let row = 0; row < count; row++) {
      const length = view.getInt32(row * viewBytes, true);
      if (length < 0) throw new RangeError(`a text has ${length} bytes`);
      if (length <= inlined) {
        target[at + row] = dictionary.indexOf(raw, row * viewBytes + 4, row * viewBytes + 4 + length);
        continue;
      }
      const buffer = view.getInt32(row * viewBytes + 8, true);
      const start = view.getInt32(row * viewBytes + 12, true) - (ranges[buffer]?.from ?? 0);
      target[at + row] = dictionary.indexOf(bytes[buffer], start, start + length);
    }
  };
}

async function read(buffer: ArrowBuffer | undefined, start: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  if (buffer === undefined) throw new RangeError("a buffer is missing");
  return await buffer.read(start, length);
}

/** A reader of a text column without a dictionary; undefined for other types. */
export function textReader(type: ValueType, dictionary: TextDictionary): TextReader | undefined {
  if (type.is === "text") return offsetTexts(dictionary, type.offsetBytes);
  return type.is === "text view" ? viewTexts(dictionary) : undefined;
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
