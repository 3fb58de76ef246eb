import { Buffer, constants } from "node:buffer";
import { allocateFills, copyFills, type Fills, partOfFills } from "../account/fills.ts";
import { allocateTrades, copyTrades, partOfTrades, type Trades } from "../account/trades.ts";

/** Rows in arrays that grow when they are full. */
export interface GrowingRows<Rows> {
  add(more: Rows): void;
  /**
   * The rows so far: views if most of the arrays is used, else a copy. Rows that are added later do not change them.
   */
  rows(): Rows;
}

/** The functions over a table of rows. */
export interface RowKind<Rows> {
  /** Creates a table of any content. */
  readonly allocate: (capacity: number) => Rows;
  readonly copy: (from: Rows, to: Rows, row: number) => void;
  readonly part: (rows: Rows, from: number, to: number) => Rows;
}

/**
 * Memory that is not cleared: to clear it takes almost as long as to fill it, and no row is given to anyone before it
 * is written.
 */
export function uncleared(bytes: number): ArrayBuffer {
  if (bytes > constants.MAX_LENGTH) return new ArrayBuffer(bytes);
  return Buffer.allocUnsafeSlow(bytes).buffer as ArrayBuffer;
}

type Column = BigInt64Array | Float64Array | Int32Array | Int8Array | Uint8Array;

/** Like a function that creates a table, without clearing its columns. */
function unclearedLike<Rows extends object>(allocate: (capacity: number) => Rows): (capacity: number) => Rows {
  const none = Object.entries(allocate(0)) as [string, Column | number][];
  return (capacity) => {
    const columns = none.map(([name, column]) => [
      name,
      typeof column === "number"
        ? capacity
        : new (column.constructor as new (buffer: ArrayBuffer) => Column)(
            uncleared(column.BYTES_PER_ELEMENT * capacity),
          ),
    ]);
    return Object.fromEntries(columns) as Rows;
  };
}

/** The indices of the symbols of rows. */
export const symbolKind: RowKind<Int32Array> = {
  allocate: (capacity) => new Int32Array(uncleared(4 * capacity)),
  copy: (from, to, row) => to.set(from, row),
  part: (rows, from, to) => rows.subarray(from, to),
};

/** Trades. */
export const tradeKind: RowKind<Trades> = {
  allocate: unclearedLike(allocateTrades),
  copy: copyTrades,
  part: partOfTrades,
};

/** Fills. */
export const fillKind: RowKind<Fills> = { allocate: unclearedLike(allocateFills), copy: copyFills, part: partOfFills };

/**
 * Creates a table without rows.
 *
 * @param expected - returns how many rows there will be in all, if `rows` of them are known to be needed by now
 */
export function growingRows<Rows extends { readonly length: number }>(
  { allocate, copy, part }: RowKind<Rows>,
  expected: (rows: number) => number,
): GrowingRows<Rows> {
  let all = allocate(64);
  let length = 0;
  return {
    add(more) {
      const needed = length + more.length;
      if (needed > all.length) {
        const larger = allocate(Math.max(2 * all.length, needed, expected(needed)));
        copy(part(all, 0, length), larger, 0);
        all = larger;
      }
      copy(more, all, length);
      length = needed;
    },
    rows() {
      const rows = part(all, 0, length);
      // The first write to a page of new memory costs more than the copy itself.
      if (2 * length >= all.length) return rows;
      const fitting = allocate(length);
      copy(rows, fitting, 0);
      return fitting;
    },
  };
}
