import { allocateTrades, type CurveReader, fillReasons, partOfTrades } from "@atc/backtest";
import type { ReportTrades, RowIndex, TradeBlock } from "@atc/report";
import type { BacktestCurves } from "../backtest/backtest-curves.ts";

const blockRows = 1024;

/** A reader of trades, and the index of its symbol; undefined if the trades name theirs. */
interface TradeReader {
  readonly curves: CurveReader;
  readonly place: number | undefined;
}

/** The trades of a backtest with the rows of their entries and exits. */
export function tradeSource({ accounts, shared }: BacktestCurves, index: RowIndex): ReportTrades {
  const symbols = shared?.symbols ?? accounts.map(({ figures }) => figures.symbol);
  const readers: readonly TradeReader[] =
    shared === undefined
      ? accounts.map(({ curves }, place) => ({ curves, place }))
      : [{ curves: shared.curves, place: undefined }];
  return {
    length: readers.reduce((sum, { curves }) => sum + curves.trades, 0),
    symbols,
    reasons: fillReasons,
    *blocks() {
      const rows = allocateTrades(blockRows);
      const symbol = new Int32Array(blockRows);
      const entryRow = new Int32Array(blockRows);
      const exitRow = new Int32Array(blockRows);
      for (const { curves, place } of readers)
        for (let from = 0; from < curves.trades; from += blockRows) {
          const length = Math.min(blockRows, curves.trades - from);
          const part = partOfTrades(rows, 0, length);
          curves.readTrades(from, part, symbol.subarray(0, length));
          if (place !== undefined) symbol.fill(place, 0, length);
          index.rowsFrom(part.entryTime, entryRow);
          index.rowsFrom(part.exitTime, exitRow);
          const block: TradeBlock = {
            ...part,
            symbol: symbol.subarray(0, length),
            entryRow: entryRow.subarray(0, length),
            exitRow: exitRow.subarray(0, length),
          };
          yield block;
        }
    },
  };
}
