import type { ArrowBuffer, BatchColumn } from "../format/record-batch.ts";
import { type ValueType, viewBytes } from "../format/schema.ts";
import type { BatchRows } from "./batch-rows.ts";

/** Receives the text in `bytes[start, end)` of the row that is `row` rows after the first one. */
type TextVisitor = (bytes: Uint8Array, start: number, end: number, row: number) => void;

/** Visits the texts of some rows in order. Missing texts may be any text. */
export type TextBytes = (column: BatchColumn, rows: BatchRows, visit: TextVisitor) => Promise<void>;

/** Texts found by their offsets. */
function offsetTexts(offsetBytes: 4 | 8): TextBytes {
  return async ({ buffers: [offsetBuffer, text] }, { from, count }, visit) => {
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
      visit(bytes, begin, end, row);
    }
  };
}

const inlined = 12;

/** Texts found by views: up to 12 bytes are in the view itself, longer texts in one of the other buffers. */
const viewTexts: TextBytes = async ({ buffers: [viewBuffer, ...others] }, { from, count }, visit) => {
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
    ranges.map((range, i) => (range.to === 0 ? new Uint8Array(0) : read(others[i], range.from, range.to - range.from))),
  );
  for (let row = 0; row < count; row++) {
    const length = view.getInt32(row * viewBytes, true);
    if (length < 0) throw new RangeError(`a text has ${length} bytes`);
    if (length <= inlined) {
      visit(raw, row * viewBytes + 4, row * viewBytes + 4 + length, row);
      continue;
    }
    const buffer = view.getInt32(row * viewBytes + 8, true);
    const start = view.getInt32(row * viewBytes + 12, true) - (ranges[buffer]?.from ?? 0);
    visit(bytes[buffer], start, start + length, row);
  }
};

async function read(buffer: ArrowBuffer | undefined, start: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  if (buffer === undefined) throw new RangeError("a buffer is missing");
  return await buffer.read(start, length);
}

/** The texts of a column without a dictionary; undefined for other types. */
export function textBytes(type: ValueType): TextBytes | undefined {
  if (type.is === "text") return offsetTexts(type.offsetBytes);
  return type.is === "text view" ? viewTexts : undefined;
}
