import { join } from "node:path";
import { isoTime, sharedTradeBlocks, type TableBlocks, tradeBlocks } from "@atc/backtest";
import type { ColumnType, TextColumn, TypedArray } from "@atc/contract";
import { openArrowTable } from "@atc/mmap-store";
import type { OpenRun } from "@atc/runs";
import type { BacktestCurves } from "../backtest/backtest-curves.ts";

/** The name of the file of trades in the folder of a run. */
export const tradesFile = "trades.arrow";

/** A trade as numbers and texts by column, its times in ISO 8601. */
export type TradeRow = Readonly<Record<string, number | string>>;

/** The columns of trades in blocks. */
export function tradeTable({ shared, accounts }: Pick<BacktestCurves, "shared" | "accounts">): TableBlocks {
  return shared === undefined ? tradeBlocks(accounts) : sharedTradeBlocks(shared);
}

/** A value of a column: a number, a text, or a time as a text. */
function cellOf(
  values: TypedArray,
  row: number,
  { type, texts }: { readonly type: ColumnType; readonly texts: readonly string[] | undefined },
): number | string {
  const value = values[row] as number | bigint;
  if (typeof value === "bigint") return isoTime(value, type === "timestamp[ns]" ? "ns" : "ms");
  return texts === undefined ? value : (texts[value] ?? "");
}

/** The trades of a run that was computed now. */
export function computedTrades(curves: BacktestCurves): readonly TradeRow[] {
  const table = tradeTable(curves);
  const columns = table.columns.map(({ name, type }) => ({ name, type, texts: table.texts[name] }));
  const rows: TradeRow[] = [];
  for (const { length, values } of table.blocks(columns.map(({ name }) => name))) {
    const arrays = columns.map((column) => {
      const found = values[column.name] as TypedArray | TextColumn;
      return [column, "indices" in found ? found.indices : found] as const;
    });
    for (let row = 0; row < length; row++)
      rows.push(Object.fromEntries(arrays.map(([column, array]) => [column.name, cellOf(array, row, column)])));
  }
  return rows;
}

/**
 * The trades of a stored run; undefined if it has only their digests.
 *
 * @throws ATC_CORRUPT_DATA if the file is missing or changed
 */
export async function storedTrades(run: OpenRun): Promise<readonly TradeRow[] | undefined> {
  if (!run.files.includes(tradesFile)) return undefined;
  await run.read(tradesFile);
  await using table = await openArrowTable(join(run.folder, tradesFile));
  const arrays: (readonly [{ readonly name: string; readonly type: ColumnType }, TypedArray])[] = [];
  for (const column of table.columns) arrays.push([column, await table.read(column.name, 0, table.rows)]);
  return Array.from({ length: table.rows }, (_, row) =>
    Object.fromEntries(
      arrays.map(([column, array]) => [
        column.name,
        cellOf(array, row, { ...column, texts: table.texts[column.name] }),
      ]),
    ),
  );
}
