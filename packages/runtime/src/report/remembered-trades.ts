import type { ReportTrades, TradeBlock } from "@atc/report";

/** The most trades that stay in memory after they are read: at most 4 MB. */
const mostRemembered = 30_000;

/** A block whose arrays no later one overwrites. */
function copyOf(block: TradeBlock): TradeBlock {
  const copied = Object.entries(block).map(([name, value]) => [
    name,
    ArrayBuffer.isView(value) ? (value as Float64Array).slice() : value,
  ]);
  return Object.fromEntries(copied) as TradeBlock;
}

/** Trades that are read once if they are few, and from memory later on. */
export function rememberedTrades(trades: ReportTrades): ReportTrades {
  if (trades.length > mostRemembered) return trades;
  let all: readonly TradeBlock[] | undefined;
  return {
    ...trades,
    blocks() {
      all ??= Array.from(trades.blocks(), copyOf);
      return all;
    },
  };
}
