import type { AverageKind } from "@atc/contract";
import { averageKinds } from "@atc/contract";

/**
 * An output, one value per bar:
 *
 * - `ema` is the average at the base length;
 * - `emaSignal` is the layer-1 signal in [-1, 1], rounded to 2 decimals;
 * - `emaEquity` is the layer-2 equity;
 * - `averageSignal` is the signal of all kinds in [-1, 1];
 * - `direction` is -1, 0 or +1.
 */
export type SignalOutput =
  | AverageKind
  | `${AverageKind}Signal`
  | `${AverageKind}Equity`
  | "averageSignal"
  | "direction";

/**
 * All outputs in canonical order: the six averages, the six signals, the six equities, the average signal, the
 * direction.
 */
export const signalOutputs: readonly SignalOutput[] = [
  ...averageKinds,
  ...averageKinds.map((kind): SignalOutput => `${kind}Signal`),
  ...averageKinds.map((kind): SignalOutput => `${kind}Equity`),
  "averageSignal",
  "direction",
];

/**
 * The column name of each output in files, as in the original implementations: `EMA`, `EMA_Signal`, `EMA_S` (the
 * equity), `Average_Signal`, `Direction`.
 */
export const columnNames: Readonly<Record<SignalOutput, string>> = {
  ema: "EMA",
  hma: "HMA",
  wma: "WMA",
  dema: "DEMA",
  lsma: "LSMA",
  kama: "KAMA",
  emaSignal: "EMA_Signal",
  hmaSignal: "HMA_Signal",
  wmaSignal: "WMA_Signal",
  demaSignal: "DEMA_Signal",
  lsmaSignal: "LSMA_Signal",
  kamaSignal: "KAMA_Signal",
  emaEquity: "EMA_S",
  hmaEquity: "HMA_S",
  wmaEquity: "WMA_S",
  demaEquity: "DEMA_S",
  lsmaEquity: "LSMA_S",
  kamaEquity: "KAMA_S",
  averageSignal: "Average_Signal",
  direction: "Direction",
};
