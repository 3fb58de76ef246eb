import { afterPlausible, afterSeconds, firstPlausible, numberForms, type TimeTally } from "@atc/plugin-kit";
import type { CsvLayout } from "../layout/csv-layout.ts";
import type { ColumnBuffers } from "./column-buffers.ts";
import { type ParseLimit, roleNumber } from "./row-context.ts";
import type { MemoryPiece, RowMemory } from "./row-memory.ts";
import { fieldsAt, positionWord, stateLength, symbolTable } from "./symbol-table.ts";

/** Offsets in the kernel's state, the same as in `assembly/state.ts`; the others are in symbol-table.ts. */
const dateAt = 48;
const powersAt = 72;
const fivesAt = 256;
const stopsWord = 158;
const usualAt = 640;
const usualWord = 164;
const othersWord = 166;
const formRowsWord = 167;
const formFirstWord = 177;
/** Forms of numbers for which the kernel counts rows. */
const forms = 10;

/**
 * Bytes of text whose separators the kernel lists at once. A row fits if its fields have fewer than 32 bytes on
 * average.
 */
function listedLength({ fields }: CsvLayout): number {
  return Math.max(2048, 32 * Math.ceil(fields.length / 2) * 2);
}

/**
 * Bytes of the list of separators: a word per byte of text, since each may be a separator, and the words overwritten
 * behind them.
 */
function listLength(layout: CsvLayout): number {
  return 4 * (listedLength(layout) + 128);
}

/** Bytes of memory that a kernel needs. */
export function kernelLength(layout: CsvLayout): number {
  return stateLength(layout) + listLength(layout);
}

/**
 * Sets the numbers that the kernel takes as times in their usual form: those of a unit since 1970, from 1980 to 2100.
 */
function setUsual({ buffer, offset }: MemoryPiece, words: Int32Array, { time, usual }: CsvLayout): void {
  const unit = time === "number" ? (usual ?? "ms") : time;
  const digits = ["s", "ms", "us", "ns"].indexOf(unit) * 3;
  const size = digits < 0 ? 0n : 10n ** BigInt(digits);
  const after = time === "number" && digits === 0 ? afterSeconds : afterPlausible;
  const range = [BigInt(firstPlausible) * size, BigInt(after - firstPlausible) * size];
  new BigUint64Array(buffer, offset + usualAt, 2).set(range);
  words.set([Math.max(digits, 0), usual === undefined ? -1 : numberForms.indexOf(usual)], usualWord);
}

/** 5 to the powers of -0 to -22 for the kernel: 128 bits, the first of them set, rounded up, as two words each. */
function reciprocals(): bigint[] {
  return Array.from({ length: 23 }, (_, scale) => {
    const power = 5n ** BigInt(scale);
    const bits = BigInt(scale === 0 ? 0 : (power - 1n).toString(2).length);
    const value = scale === 0 ? 1n << 127n : (1n << (bits + 127n)) / power + 1n;
    return [value >> 64n, value & (2n ** 64n - 1n)];
  }).flat();
}

/** Parses the plain rows of a memory: those in which every field has its usual form. */
export interface RowKernel {
  /**
   * Parses rows from `at` into the buffers from row `row`, up to a row that is not plain; returns the rows in the
   * buffers.
   */
  parse(at: number, row: number, limit: ParseLimit): number;
  /** The offset at which `parse` stopped. */
  position(): number;
  /**
   * Adds the rows parsed since the last call to a tally, unless their times are usual; row 0 of the buffers would be
   * in line `line`.
   */
  countForms(tally: TimeTally, line: number): void;
  /** Registers the symbols added to the dictionary since the last call. */
  registerSymbols(): void;
}

/** The kernel for a memory; undefined if WebAssembly cannot parse this memory's layout. */
export function rowKernel(memory: RowMemory, layout: CsvLayout, buffers: ColumnBuffers): RowKernel | undefined {
  const { exports, bytes } = memory;
  if (exports === undefined) return undefined;
  const { fields } = layout;
  const state = memory.allocate(stateLength(layout));
  const words = new Int32Array(state.buffer, state.offset, stateLength(layout) / 4);
  const isWritten = layout.time === "iso";
  const hasClock = fields.some(({ role }) => role === "clock");
  words.set([layout.separator, fields.length - 1, buffers.timeWords.byteOffset, buffers.symbols.byteOffset]);
  words.set(
    [
      isWritten ? 0 : layout.time === "number" ? 1 : 2,
      layout.kind === "ticks" ? 9 : 3,
      hasClock ? 1 : 0,
      0,
      layout.timeStyle.isZoned ? 1 : 0,
    ],
    6,
  );
  words.set([memory.allocate(listLength(layout)).offset, listedLength(layout)], stopsWord);
  if (!isWritten) setUsual(state, words, layout);
  words.fill(0, othersWord, fieldsAt / 4);
  // No text equals this date, so the kernel reads the first one.
  words[dateAt / 4] = -1;
  new Float64Array(state.buffer, state.offset + powersAt, 23).set(
    Array.from({ length: 23 }, (_, e) => Number(`1e${e}`)),
  );
  new BigUint64Array(state.buffer, state.offset + fivesAt, 46).set(reciprocals());
  words.set(
    fields.flatMap(({ role }, field) => [roleNumber[role], buffers.numbers[field]?.byteOffset ?? -1]),
    fieldsAt / 4,
  );
  const from = bytes.byteOffset;
  return {
    parse: (at, row, { stop, end }) =>
      exports.parse(state.offset, from + at, from + Math.min(stop, end), from + end, row, buffers.capacity),
    position: () => words[positionWord] - from,
    countForms: (tally, line) => {
      if (words[othersWord] === 0) return;
      for (let form = 0; form < forms; form++) {
        const rows = words[formRowsWord + form];
        if (rows > 0) tally.add(form, rows, line + words[formFirstWord + form]);
      }
      words.fill(0, othersWord, fieldsAt / 4);
    },
    registerSymbols: symbolTable(memory, exports, state, buffers.symbolDictionary),
  };
}
