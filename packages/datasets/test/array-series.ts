import type { Block, Series } from "@atc/contract";

/** A row of a test: a time and a value. */
export interface Row {
  readonly time: bigint;
  readonly close: number;
}

/** A series over rows in memory, in blocks of `blockLength` rows. */
export function arraySeries(rows: readonly Row[], blockLength: number): Series {
  const times = BigInt64Array.from(rows, ({ time }) => time);
  const close = Float64Array.from(rows, (row) => row.close);
  return {
    symbol: "A",
    length: rows.length,
    columns: [
      { name: "timestamp", type: "timestamp[ms]" },
      { name: "close", type: "float64" },
    ],
    *blocks({ from = 0, to = rows.length }): Generator<Block> {
      for (let row = from; row < to; row += blockLength) {
        const end = Math.min(row + blockLength, to);
        const own = times.slice(row, end);
        yield {
          row,
          length: end - row,
          values: () => close.slice(row, end),
          times: () => own,
          timeWords: () => new Int32Array(own.buffer),
        };
      }
    },
    window: (_, start, length) => close.slice(start, start + length),
  };
}
