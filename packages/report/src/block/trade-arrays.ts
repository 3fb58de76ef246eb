import type { ReportCurve, ReportTrades, TradeBlock } from "../data/report-data.ts";
import type { TradesEntry } from "./block-format.ts";
import type { BlockMembers } from "./block-members.ts";
import { encodeSingles, encodeTimes, encodeWhole } from "./encode-values.ts";

/** The most trades of a block. */
export const mostTrades = 20_000;

const wholeColumns = ["symbol", "entryRow", "exitRow", "direction", "barsHeld", "reason", "open"] as const;
const floatColumns = ["quantity", "entryPrice", "exitPrice", "fees", "profit", "return", "mae", "mfe"] as const;

const timeColumns = ["entryTime", "exitTime"] as const;

type Name = (typeof wholeColumns)[number] | (typeof floatColumns)[number] | (typeof timeColumns)[number];
/** Columns of trades. */
type TradeColumns = Readonly<Record<Name, Float64Array>>;

/** The indices of the `most` trades with the largest profits and losses, rising; all if there are not more. */
function chosenTrades({ length, blocks }: ReportTrades, most: number): Float64Array {
  if (length <= most) return Float64Array.from({ length }, (_, i) => i);
  const sizes = new Float64Array(length);
  let row = 0;
  for (const block of blocks()) {
    for (let i = 0; i < block.length; i++) sizes[row + i] = Math.abs(block.profit[i]);
    row += block.length;
  }
  const order = Float64Array.from({ length }, (_, i) => i);
  // A profit that is not a number comes last; equal ones keep their order.
  order.sort((a, b) => (sizes[b] || 0) - (sizes[a] || 0) || a - b);
  return order.slice(0, most).sort();
}

/** The chosen rows of all columns. */
function readColumns({ blocks }: ReportTrades, chosen: Float64Array): TradeColumns {
  const names: readonly Name[] = [...wholeColumns, ...floatColumns, ...timeColumns];
  const columns = Object.fromEntries(names.map((name) => [name, new Float64Array(chosen.length)])) as TradeColumns;
  let row = 0;
  let place = 0;
  for (const block of blocks()) {
    for (const end = row + block.length; place < chosen.length && chosen[place] < end; place++)
      for (const name of names) columns[name][place] = Number((block as TradeBlock)[name][chosen[place] - row]);
    row += block.length;
  }
  return columns;
}

/** The trades of a block. */
export interface KeptTrades {
  readonly all: ReportTrades;
  readonly columns: TradeColumns;
}

/** All trades, or the `most` largest by their profit or loss. */
export function keptTrades(all: ReportTrades, most: number): KeptTrades {
  return { all, columns: readColumns(all, chosenTrades(all, most)) };
}

/** Adds the arrays of trades, `trades/<column>`. */
export function addTrades(
  members: BlockMembers,
  { all, columns }: KeptTrades,
  timeUnit: ReportCurve["timeUnit"],
): TradesEntry {
  const perMs = timeUnit === "ns" ? 1e6 : 1;
  for (const name of wholeColumns) members.add(`trades/${name}`, encodeWhole(columns[name]));
  for (const name of floatColumns) members.add(`trades/${name}`, encodeSingles(columns[name]));
  for (const name of timeColumns) members.add(`trades/${name}`, encodeTimes(columns[name].map((time) => time / perMs)));
  return { n: columns.profit.length, all: all.length, symbols: all.symbols, reasons: all.reasons };
}
