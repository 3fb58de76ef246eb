import type { Block } from "./arrays.ts";

const names = [
  "symbol",
  "entryTime",
  "exitTime",
  "entryRow",
  "exitRow",
  "direction",
  "quantity",
  "entryPrice",
  "exitPrice",
  "profit",
  "return",
  "mae",
  "mfe",
  "barsHeld",
  "fees",
  "reason",
  "open",
] as const;

/** The trades of the block, a column each. */
export type TradeColumns = Readonly<Record<(typeof names)[number], Float64Array>> & {
  readonly length: number;
  /** Number of trades of the run, of which the block may have the largest alone. */
  readonly all: number;
  readonly symbols: readonly string[];
  readonly reasons: readonly string[];
};

/** Reads the trades. */
export async function readTrades(block: Block): Promise<TradeColumns | undefined> {
  const { trades } = block.json;
  if (trades === undefined || trades.n === 0) return undefined;
  const values = await Promise.all(names.map(async (name) => [name, await block.values(`trades/${name}`)] as const));
  const columns = Object.fromEntries(values) as Record<(typeof names)[number], Float64Array>;
  return { ...columns, length: trades.n, all: trades.all, symbols: trades.symbols, reasons: trades.reasons };
}

/** The trades of a symbol, as indices. */
export function tradesOf(trades: TradeColumns | undefined, symbol: string): readonly number[] {
  if (trades === undefined) return [];
  const place = trades.symbols.indexOf(symbol);
  const found: number[] = [];
  for (let i = 0; i < trades.length; i++) if (trades.symbol[i] === place) found.push(i);
  return found;
}
