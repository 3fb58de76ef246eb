import { compute } from "@atc/signals";
import { walk } from "./market.js";

const kept = new Map();

/** The last average signal of a symbol of `bars` bars; prices are made once in a thread. */
export function lastSignal({ bars, seed }) {
  const id = `${bars} ${seed}`;
  const close = kept.get(id) ?? walk(bars, seed);
  kept.set(id, close);
  return compute({ close }, {}, { outputs: ["averageSignal", "direction"] }).columns.averageSignal.at(-1);
}
