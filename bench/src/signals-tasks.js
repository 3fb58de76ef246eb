import { compute } from "@atc/signals";
import { walk } from "./market.js";

const kept = new Map();

/** The prices of all symbols, made at once in each thread: a symbol may run on another thread in a later round. */
function pricesOf(symbols, bars) {
  const id = `${symbols} ${bars}`;
  const all = kept.get(id) ?? Array.from({ length: symbols }, (_, seed) => walk(bars, seed + 1));
  kept.set(id, all);
  return all;
}

/** The last average signal of symbol `symbol` of `symbols`, of `bars` bars. */
export function lastSignal({ symbols, symbol, bars }) {
  const close = pricesOf(symbols, bars)[symbol];
  return compute({ close }, {}, { outputs: ["averageSignal", "direction"] }).columns.averageSignal.at(-1);
}
