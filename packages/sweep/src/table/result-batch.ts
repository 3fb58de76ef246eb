import type { Table } from "@atc/backtest";
import type { ColumnMetadata } from "@atc/contract";
import { allocateColumn, type ColumnArray } from "./table-columns.ts";

/** Rows of neighbouring candidates. */
export interface ResultBatch {
  /** Candidates that were added. */
  readonly added: number;
  /** Whether a place has a candidate. */
  has(place: number): boolean;
  /** Marks a place and returns the arrays of its rows by column, which begin at the returned row. */
  open(place: number): { readonly arrays: readonly ColumnArray["elements"][]; readonly row: number };
  /** The rows of all candidates that were added. */
  table(): Table;
}

/** What a batch is made from. */
export interface ResultBatchOptions {
  readonly columns: readonly ColumnMetadata[];
  readonly texts: Readonly<Record<string, readonly string[]>>;
  /** Places for candidates. */
  readonly candidates: number;
  /** Rows of a candidate. */
  readonly rowsEach: number;
}

/** Creates an empty batch. */
export function createResultBatch({ columns, texts, candidates, rowsEach }: ResultBatchOptions): ResultBatch {
  const arrays = columns.map(({ name, type }) => allocateColumn(type, candidates * rowsEach, texts[name] ?? []));
  const elements = arrays.map((array) => array.elements);
  const isAdded = new Uint8Array(candidates);
  let added = 0;

  /** Moves the rows of later candidates to places that stayed empty. */
  function closeGaps(): void {
    let to = 0;
    for (let place = 0; place < candidates; place++) {
      if (isAdded[place] === 0) continue;
      if (to < place)
        for (const column of elements) column.copyWithin(to * rowsEach, place * rowsEach, (place + 1) * rowsEach);
      to++;
    }
  }

  return {
    get added() {
      return added;
    },
    has: (place) => isAdded[place] === 1,
    open(place) {
      isAdded[place] = 1;
      added++;
      return { arrays: elements, row: place * rowsEach };
    },
    table() {
      closeGaps();
      const length = added * rowsEach;
      const values = Object.fromEntries(columns.map(({ name }, column) => [name, arrays[column].value(length)]));
      return { length, columns, values };
    },
  };
}
