import type { JsonObject, OutputColumns } from "@atc/contract";
import type { SignalDiagnostics, SignalOutput } from "@atc/signals";

/** Every output of ATC for one symbol. */
export interface SignalTable {
  /** The symbol. */
  readonly symbol: string;
  /** Bars. */
  readonly length: number;
  /** Unit of `times`. */
  readonly timeUnit: "ms" | "ns";
  /** Time of each bar. */
  readonly times: BigInt64Array;
  /** Closing prices. */
  readonly close: Float64Array;
  /** The prices that the averages were computed from. */
  readonly source: Float64Array;
  /** The outputs. */
  readonly columns: OutputColumns<SignalOutput>;
  /** Average signal (null if there is none yet) and direction after the last bar. */
  readonly last: { readonly averageSignal: number | null; readonly direction: number };
  /** Numbers that show how far the outputs can be trusted. */
  readonly diagnostics: SignalDiagnostics;
  /** Warnings for a trader, one sentence each. */
  readonly warnings: readonly string[];
  /** The configuration of the signals. */
  readonly config: JsonObject;
  /** Whether all outputs came from the cache. */
  readonly cached: boolean;
}
