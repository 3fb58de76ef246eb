import type { TextDictionary } from "@atc/plugin-kit";
import type { ArrowBuffer, BatchColumn } from "../format/record-batch.ts";
import { type NumberArray, type ValueType, viewBytes } from "../format/schema.ts";
import { numbersOf } from "./number-reader.ts";

/** Puts the dictionary indices of `count` texts from row `from` on into `target` from `at` on; -1 for what is missing or not UTF-8. */
export type TextReader = (
  column: BatchColumn,
  from: number,
  count: number,
  target: Int32Array,
  at: number,
) => Promise<void>;

/** Texts by their offsets. */
function offsetTexts(dictionary: TextDictionary, offsetBytes: 4 | 8): TextReader {
  return async ({ buffers: [offsetBuffer, text] }, from, count, target, at) => {
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
      if (begin < 0 || end < begin || end > bytes.length) throw new RangeError("texts that overlap");
      target[at + row] = dictionary.indexOf(bytes, begin, end);
    }
  };
}

const inlined = 12;

/** Texts by views: up to 12 bytes in the view itself, longer ones in one of the other buffers. */
function viewTexts(dictionary: TextDictionary): TextReader {
  return async ({ buffers: [viewBuffer, ...others] }, from, count, target, at) => {
    const raw = await read(viewBuffer, from * viewBytes, count * viewBytes);
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    // The stretch of each buffer that these rows need.
    const stretches = others.map(() => ({ from: Number.POSITIVE_INFINITY, to: 0 }));
    for (let row = 0; row < count; row++) {
      const length = view.getInt32(row * viewBytes, true);
      if (length <= inlined) continue;
      const stretch = stretches[view.getInt32(row * viewBytes + 8, true)];
      if (stretch === undefined) throw new RangeError("a text in a buffer that is not there");
      const start = view.getInt32(row * viewBytes + 12, true);
      stretch.from = Math.min(stretch.from, start);
      stretch.to = Math.max(stretch.to, start + length);
    }
    const bytes = await Promise.all(
      stretches.map((stretch, i) =>
        stretch.to === 0 ? new Uint8Array(0) : read(others[i], stretch.from, stretch.to - stretch.from),
      ),
    );
    for (let row = 0; row < count; row++) {
      const length = view.getInt32(row * viewBytes, true);
      if (length < 0) throw new RangeError(`a text of ${length} bytes`);
      if (length <= inlined) {
        target[at + row] = dictionary.indexOf(raw, row * viewBytes + 4, row * viewBytes + 4 + length);
        continue;
      }
      const buffer = view.getInt32(row * viewBytes + 8, true);
      const start = view.getInt32(row * viewBytes + 12, true) - (stretches[buffer]?.from ?? 0);
      target[at + row] = dictionary.indexOf(bytes[buffer] as Uint8Array, start, start + length);
    }
  };
}

async function read(buffer: ArrowBuffer | undefined, start: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  if (buffer === undefined) throw new RangeError("a buffer that is not there");
  return await buffer.read(start, length);
}

/** A reader of a column of texts that is not encoded by a dictionary; undefined for other types. */
export function textReader(type: ValueType, dictionary: TextDictionary): TextReader | undefined {
  if (type.is === "text") return offsetTexts(dictionary, type.offsetBytes);
  return type.is === "text view" ? viewTexts(dictionary) : undefined;
}

/** The texts of an Arrow dictionary, which grows, or is replaced in a stream. */
export interface ArrowDictionary {
  /** The texts by their indices in the file; undefined for a missing one. */
  values: (string | undefined)[];
}

/**
 * A reader of a column of indices into an Arrow dictionary. A text enters `dictionary` when a row has it first, so that one which no row has is not there.
 */
export function indexedTexts(indices: NumberArray, source: ArrowDictionary, dictionary: TextDictionary): TextReader {
  let known: ArrowDictionary["values"] = [];
  let own: number[] = [];
  return async ({ buffers: [buffer] }, from, count, target, at) => {
    if (known !== source.values) own = [];
    known = source.values;
    const numbers = await numbersOf(buffer, indices, from, count);
    for (let row = 0; row < count; row++) {
      const index = Number(numbers[row]);
      let found = own[index];
      if (found === undefined) {
        const text = known[index];
        found = text === undefined ? -1 : dictionary.indexOfText(text);
        // An index without a text is not kept in mind: a missing row may hold any, and a later delta may give it a text.
        if (text !== undefined) own[index] = found;
      }
      target[at + row] = found;
    }
  };
}
