import { readFileSync } from "node:fs";
import { createKernelMemory, type GrowingMemory, kernelModule, memoryPageLength } from "@atc/plugin-kit";
import type { CsvLayout } from "../layout/csv-layout.ts";
import { padding } from "../text/padding.ts";

/** The functions of `assembly/index.ts`. Addresses are bytes; WebAssembly passes no structs. */
export interface RowExports {
  parse(state: number, at: number, stop: number, end: number, row: number, capacity: number): number;
  count(state: number, at: number, stop: number, end: number, field: number, isLast: boolean, counts: number): boolean;
  remember(state: number, at: number, length: number): void;
}

const code = kernelModule<RowExports>(() => readFileSync(new URL("../../dist/kernel.wasm", import.meta.url)));

/** Bytes of a memory that start at `offset`. */
export interface MemoryPiece {
  readonly buffer: ArrayBuffer;
  readonly offset: number;
}

/** Bytes of {@link RowMemory.symbols}: 16,384 names of 32 bytes, a table of twice as many slots, and one more name. */
const symbolsLength: number = 24 + 16_384 * 32 + 2 * 16_384 * 4;

/** Memory in which rows are parsed: their text and the columns. */
export interface RowMemory {
  /** The kernel's table of symbols, which the next reading of this thread may reuse. */
  readonly symbols: MemoryPiece;
  /** The text, with padding after it. */
  readonly bytes: Uint8Array;
  /** Allocates `length` bytes, of any content, at a multiple of 64. */
  allocate(length: number): MemoryPiece;
  /** The WebAssembly code over this memory; undefined if this machine or layout needs TypeScript. */
  readonly exports: RowExports | undefined;
  /** Ends the use of the memory, so that the next reading of this thread can reuse it. */
  release(): void;
}

/**
 * A memory that no reading uses. One is kept: a file may be read in many slices, and a freed memory waits for the
 * garbage collector.
 */
let spare: GrowingMemory | undefined;

/** The spare memory, or a new one. */
function takeMemory(length: number): GrowingMemory {
  const found = spare !== undefined && spare.buffer.byteLength >= length ? spare : undefined;
  if (found === undefined) return createKernelMemory(Math.ceil(length / memoryPageLength));
  spare = undefined;
  return found;
}

/**
 * Memory for `textLength` bytes of text and `otherLength` bytes of columns and kernel state. It has `exports` if the
 * kernel can parse the layout.
 */
export function rowMemory(layout: CsvLayout, textLength: number, otherLength: number): RowMemory {
  const total = totalLength(layout, textLength, otherLength);
  return laidOut(takeMemory(total), textLength, isPlain(layout));
}

/** Like `rowMemory`, but with `exports` for every layout: the kernel can count the rows of all of them. */
export function countMemory(layout: CsvLayout, textLength: number, otherLength: number): RowMemory {
  const total = totalLength(layout, textLength, otherLength);
  return laidOut(takeMemory(total), textLength, true);
}

/** Bytes of all pieces and the gaps between them. */
function totalLength(layout: CsvLayout, textLength: number, otherLength: number): number {
  return symbolsLength + textLength + padding + otherLength + 64 * (2 * layout.fields.length + 8);
}

/** Divides a memory into pieces, with the kernel over it if `withKernel` and if this machine can run it. */
function laidOut(memory: GrowingMemory, textLength: number, withKernel: boolean): RowMemory {
  const exports = withKernel ? code.instantiate(memory) : undefined;
  const buffer = memory.buffer as ArrayBuffer;
  let used = 0;
  const allocate: RowMemory["allocate"] = (length) => {
    const offset = used;
    used = Math.ceil((used + length) / 64) * 64;
    return { buffer, offset };
  };
  const release = (): void => {
    spare = memory;
  };
  const symbols = allocate(symbolsLength);
  const text = allocate(textLength + padding);
  return { symbols, bytes: new Uint8Array(buffer, text.offset, textLength + padding), allocate, exports, release };
}

/** The formats of numbers that the kernel reads. */
const kernelFormats: readonly CsvLayout["time"][] = ["number", "s", "ms", "us", "ns"];

/** Whether the kernel can parse all fields of the layout. */
function isPlain(layout: CsvLayout): boolean {
  const { fields, time, timeStyle, hasClock, clockForm, localTime, isDateOnly, numbers } = layout;
  if (timeStyle.isTwelveHour || localTime !== undefined || isDateOnly || numbers !== undefined) return false;
  if (fields.some(({ role }) => role === "text") || clockForm !== "written") return false;
  return time === "iso" || (!hasClock && kernelFormats.includes(time));
}
