import type { BadRow } from "@atc/contract";
import { LF } from "@atc/plugin-kit";
import { expect } from "vitest";
import { type CsvLayout, detectLayout } from "../src/layout/csv-layout.ts";
import { badRowPolicy } from "../src/rows/bad-rows.ts";
import { columnBuffers, columnsLength } from "../src/rows/column-buffers.ts";
import { rowContext } from "../src/rows/row-context.ts";
import { kernelLength, rowKernel } from "../src/rows/row-kernel.ts";
import { rowMemory } from "../src/rows/row-memory.ts";
import { rowParser } from "../src/rows/row-parser.ts";
import { padding } from "../src/text/padding.ts";

const capacity = 512;

/**
 * What a parser makes of a text: columns bit by bit, symbols, bad rows, notes, the line after the last row; and how
 * many rows the kernel took.
 */
export function parsed(
  layout: CsvLayout,
  text: Uint8Array,
  withKernel: boolean,
  final = true,
): { result: object; taken: number } {
  const memory = rowMemory(layout, text.length, columnsLength(layout, capacity) + kernelLength(layout));
  const buffers = columnBuffers(layout, capacity, memory);
  const kernel = withKernel ? rowKernel(memory, layout, buffers) : undefined;
  if (withKernel) expect(kernel).toBeDefined();
  let taken = 0;
  const counting = kernel && {
    ...kernel,
    parse: (...args: Parameters<typeof kernel.parse>): number => {
      const rows = kernel.parse(...args);
      taken += rows - args[1];
      return rows;
    },
  };
  const bad: BadRow[] = [];
  const badRows = badRowPolicy({ path: "f", policy: "nan", layout, onBadRow: (row) => bad.push({ ...row }) });
  const context = rowContext(layout, buffers);
  const parser = rowParser(context, badRows, layout.line, counting);
  memory.bytes.set(text);
  memory.bytes.fill(LF, text.length, text.length + padding);
  const limit = { stop: final ? text.length : Number.POSITIVE_INFINITY, end: text.length, final };
  const position = parser.parse(memory.bytes, layout.start, limit);
  const length = parser.length();
  const words = (array: Float64Array): number[] => [
    ...new Int32Array(array.buffer, array.byteOffset, array.length > 0 ? 2 * length : 0),
  ];
  const symbols = [...buffers.symbols.subarray(0, length)].map((index) => buffers.symbolDictionary.values[index]);
  const times = [...buffers.timeWords.subarray(0, 2 * length)];
  const numbers = buffers.numbers.map(words);
  // The next reading finds what this one leaves in the memory.
  memory.release();
  const notes = context.notes();
  return { result: { position, line: parser.line(), length, bad, symbols, times, numbers, notes }, taken };
}

export function layoutOf(text: string, options = {}): CsvLayout {
  const bytes = new TextEncoder().encode(text);
  const head = new Uint8Array(bytes.length + padding).fill(LF);
  head.set(bytes);
  return detectLayout(
    { bytes: head, start: 0, end: bytes.length, final: true, loneReturns: false },
    "f.csv",
    "f.csv",
    options,
  );
}

/**
 * Both ways of reading agree on rows after a header and a sample that decides the layout. Returns the rows that the
 * kernel took.
 */
export function agree(header: string, sample: string, rows: readonly string[], options = {}): number {
  const start = `${header}\n${sample}\n`;
  const layout = layoutOf(start, options);
  const text = new TextEncoder().encode(start + rows.join(""));
  const plain = parsed(layout, text, false);
  const fast = parsed(layout, text, true);
  expect(fast.result).toEqual(plain.result);
  return fast.taken;
}
