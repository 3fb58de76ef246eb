import { allocateFills, copyFills, type FillListener, type Fills, partOfFills } from "../../account/fills.ts";
import { allocateTrades, copyTrades, partOfTrades, type TradeListener, type Trades } from "../../account/trades.ts";

/** Rows that are collected before a listener receives them. */
const bufferLength = 512;

/** Collects rows for a listener, so that it is not called for every trade. */
export interface RowBuffer<Rows> {
  /** Passes on the first `count` rows now or later. They may be overwritten after the call. */
  take(rows: Rows, count: number): void;
  /** Passes on what is left. */
  flush(): void;
}

/** The functions over a table of rows. */
interface TableKind<Rows> {
  readonly allocate: (capacity: number) => Rows;
  readonly copy: (from: Rows, to: Rows, row: number) => void;
  readonly part: (rows: Rows, from: number, to: number) => Rows;
}

function createRowBuffer<Rows>(
  { allocate, copy, part }: TableKind<Rows>,
  listener: (rows: Rows, symbols: Int32Array) => void,
): RowBuffer<Rows> {
  let table: Rows | undefined;
  let symbols = new Int32Array(bufferLength);
  let length = 0;

  function pass(rows: Rows, count: number): void {
    if (symbols.length < count) symbols = new Int32Array(count);
    listener(part(rows, 0, count), symbols.subarray(0, count));
  }

  function flush(): void {
    if (length === 0 || table === undefined) return;
    const count = length;
    length = 0;
    pass(table, count);
  }

  return {
    take(rows, count) {
      if (length + count > bufferLength) flush();
      if (count > bufferLength) {
        pass(rows, count);
        return;
      }
      table ??= allocate(bufferLength);
      copy(part(rows, 0, count), table, length);
      length += count;
    },
    flush,
  };
}

/** Collects trades. */
export function tradeBuffer(listener: TradeListener): RowBuffer<Trades> {
  return createRowBuffer({ allocate: allocateTrades, copy: copyTrades, part: partOfTrades }, listener);
}

/** Collects fills. */
export function fillBuffer(listener: FillListener): RowBuffer<Fills> {
  return createRowBuffer({ allocate: allocateFills, copy: copyFills, part: partOfFills }, listener);
}
