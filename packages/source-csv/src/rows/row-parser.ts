import type { BadRowPolicy } from "./bad-rows.ts";
import { carefulRow } from "./careful-row.ts";
import { fastRow } from "./fast-row.ts";
import { longestRow, type ParseLimit, type RowContext } from "./row-context.ts";
import type { RowKernel } from "./row-kernel.ts";

/** Parses rows into column buffers. */
export interface RowParser {
  /** Rows parsed since the last `clear`. */
  length(): number;
  /** Line of the next row, from 1. */
  line(): number;
  /** Starts the next chunk. */
  clear(): void;
  /**
   * Parses whole rows from `position` until the buffers are full or the limit cuts a row; returns the offset of the
   * next row.
   */
  parse(bytes: Uint8Array, position: number, limit: ParseLimit): number;
  /**
   * Makes the row at `position`, whose quote is never closed, a bad row up to its first line feed; returns the offset
   * after that.
   */
  dropUnclosed(bytes: Uint8Array, position: number, end: number): number;
}

/**
 * A parser of rows, the first of which is in line `firstLine`. The kernel parses most rows; `fastRow` parses what the
 * kernel refuses, or most rows if there is no kernel; `carefulRow` parses the rest. The parser stops at a row that is
 * too long.
 */
export function rowParser(
  context: RowContext,
  badRows: BadRowPolicy,
  firstLine: number,
  kernel: RowKernel | undefined,
): RowParser {
  const { buffers, tally } = context;
  const { capacity, lines } = buffers;
  const isStyled = context.scanStyled !== undefined;
  const readFast = fastRow(context);
  const careful = carefulRow(context, badRows);
  const { outcome } = careful;
  let length = 0;
  let line = firstLine;

  function parse(bytes: Uint8Array, position: number, limit: ParseLimit): number {
    const { end } = limit;
    const stop = Math.min(limit.stop, end);
    let at = position;
    let row = length;
    while (at < stop && row < capacity) {
      if (kernel !== undefined) {
        kernel.registerSymbols();
        const first = row;
        row = kernel.parse(at, row, limit);
        if (lines !== undefined) for (let r = first; r < row; r++) lines[r] = line + r - first;
        kernel.countForms(tally, line - first);
        line += row - first;
        at = kernel.position();
        if (at >= stop || row === capacity) break;
      }
      let next = isStyled ? -1 : readFast(bytes, at, row, end);
      if (lines !== undefined) lines[row] = line;
      if (next > 0) {
        if (next - at > longestRow) break;
        if (tally.form !== tally.usual) tally.count(line);
        row++;
        line++;
      } else {
        const faults = badRows.count();
        next = careful.read(bytes, at, row, line, limit);
        if (lines !== undefined && badRows.count() > faults) lines[row] = -line;
        if (next < 0) break;
        if (outcome.stored) {
          tally.count(line);
          row++;
        }
        line += outcome.lines;
      }
      at = next;
    }
    length = row;
    return at;
  }

  return {
    length: () => length,
    line: () => line,
    clear: () => {
      length = 0;
    },
    parse,
    dropUnclosed: (bytes, position, end) => {
      const next = careful.dropUnclosed(bytes, position, line, end);
      line += outcome.lines;
      return next;
    },
  };
}
