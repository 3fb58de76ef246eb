import { allocateFills, type FillListener, partOfFills } from "./fills.ts";
import type { TradeFill } from "./trade-ledger.ts";

/** Lists the fills of an account and passes them on in blocks. No call allocates. */
export interface FillLedger {
  /** Lists a fill, of which `units` are bought if `side` is 1 and sold if it is -1. */
  append(fill: TradeFill, side: number): void;
  /** Passes on the fills that are listed but not passed on. */
  flush(): void;
}

/** Rows of a block: 21 kB. */
const blockRows = 512;

/** Creates a ledger without fills. */
export function createFillLedger(onFills: FillListener): FillLedger {
  const rows = allocateFills(blockRows);
  const symbols = new Int32Array(blockRows);
  const words = new Int32Array(rows.time.buffer);
  let length = 0;

  function flush(): void {
    if (length === blockRows) onFills(rows, symbols);
    else if (length > 0) onFills(partOfFills(rows, 0, length), symbols.subarray(0, length));
    length = 0;
  }

  return {
    append(fill, side) {
      const row = length;
      symbols[row] = fill.symbol;
      words[2 * row] = fill.timeLow;
      words[2 * row + 1] = fill.timeHigh;
      rows.quantity[row] = side * fill.units;
      rows.price[row] = fill.price;
      rows.fee[row] = fill.fee;
      rows.slippage[row] = fill.slippage;
      rows.reason[row] = fill.reason;
      length = row + 1;
      if (length === blockRows) flush();
    },
    flush,
  };
}
