import { readFileSync } from "node:fs";
import { createKernelMemory, type GrowingMemory, kernelModule, memoryPageLength } from "@atc/plugin-kit";
import type { FileLayout } from "../layout/layout.ts";
import { padding } from "../text/byte.ts";

/** The functions of `assembly/index.ts`; addresses are bytes. */
export interface RowExports {
  parse(state: number, at: number, stop: number, end: number, row: number, capacity: number): number;
  count(state: number, at: number, stop: number, end: number, field: number, isLast: boolean, counts: number): boolean;
  remember(state: number, at: number, length: number): void;
}

const code = kernelModule<RowExports>(() => readFileSync(new URL("../../dist/kernel.wasm", import.meta.url)));

/** Bytes of a memory from an offset on. */
export interface MemoryPiece {
  readonly buffer: ArrayBuffer;
  readonly offset: number;
}

/** Bytes of {@link RowMemory.kept}: the table of symbols, 16,384 names of 32 bytes in twice as many slots. */
const keptLength: number = 24 + 16_384 * 32 + 2 * 16_384 * 4;

/** Memory in which rows are parsed: their text and the columns, given out piece by piece. */
export interface RowMemory {
  /** The first bytes, which keep what the last reading of this thread left there. */
  readonly kept: MemoryPiece;
  /** The text, with padding after it. */
  readonly bytes: Uint8Array;
  /** The next `length` bytes, of any content, at an offset that is a multiple of 64. */
  allocate(length: number): MemoryPiece;
  /** The code in WebAssembly over this memory; undefined where this machine or file needs TypeScript. */
  readonly exports: RowExports | undefined;
  /** Ends the use of the memory: the next reading of this thread may have it. */
  release(): void;
}

/** A memory that no reading uses. One is kept, since freed ones wait for the garbage collector, and a file may be read in many slices. */
let spare: GrowingMemory | undefined;

/** The spare memory, or a new one. */
function takeMemory(length: number): GrowingMemory {
  const found = spare !== undefined && spare.buffer.byteLength >= length ? spare : undefined;
  if (found === undefined) return createKernelMemory(Math.ceil(length / memoryPageLength));
  spare = undefined;
  return found;
}

/** Memory for `textLength` bytes of text and `otherLength` of columns and the kernel's own; in reach of the kernel where that can read the layout. */
export function rowMemory(layout: FileLayout, textLength: number, otherLength: number): RowMemory {
  const total = totalLength(layout, textLength, otherLength);
  return laidOut(total, textLength, isPlain(layout) ? takeMemory(total) : undefined);
}

/** Memory as `rowMemory` gives it, in reach of the kernel whatever the layout is: the kernel can count the rows of all. */
export function countMemory(layout: FileLayout, textLength: number, otherLength: number): RowMemory {
  const total = totalLength(layout, textLength, otherLength);
  return laidOut(total, textLength, takeMemory(total));
}

/** Bytes of all pieces and the gaps between them. */
function totalLength(layout: FileLayout, textLength: number, otherLength: number): number {
  return keptLength + textLength + padding + otherLength + 64 * (2 * layout.fields.length + 8);
}

/** Gives out `total` bytes: of a memory, where there is one that the kernel works in. */
function laidOut(total: number, textLength: number, memory: GrowingMemory | undefined): RowMemory {
  const exports = memory && code.instantiate(memory);
  const buffer = exports === undefined ? new ArrayBuffer(total) : (memory?.buffer as ArrayBuffer);
  let used = 0;
  const allocate: RowMemory["allocate"] = (length) => {
    const offset = used;
    used = Math.ceil((used + length) / 64) * 64;
    return { buffer, offset };
  };
  const release = (): void => {
    if (memory !== undefined) spare = memory;
  };
  const kept = allocate(keptLength);
  const text = allocate(textLength + padding);
  return { kept, bytes: new Uint8Array(buffer, text.offset, textLength + padding), allocate, exports, release };
}

/** Whether the kernel knows all roles of the fields and the form of numbers and times. */
function isPlain({ fields, time, timeStyle, localTime, commaDecimals }: FileLayout): boolean {
  if (time === "written" || timeStyle.isTwelveHour || localTime !== undefined || commaDecimals) return false;
  const hasClock = fields.some(({ role }) => role === "clock");
  return fields.every(({ role }) => role !== "text") && !(hasClock && time !== "iso");
}
