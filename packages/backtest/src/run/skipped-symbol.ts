import type { AtcError } from "@atc/contract";
import { isSymbolFault } from "./symbol-fault.ts";

/** A symbol that could not be computed. */
export interface SkippedSymbol {
  /** The symbol. */
  readonly symbol: string;
  /** The message of the error. */
  readonly reason: string;
  /** The code of the error. */
  readonly code: AtcError["code"];
}

/**
 * Bad data and a bad decision skip one symbol. Any other error (an abort, an invalid configuration, a damaged store, a
 * defect) ends the backtest.
 */
export function skippedBy(error: unknown, symbol: string): SkippedSymbol {
  if (!isSymbolFault(error, symbol)) throw error;
  return { symbol, reason: error.message, code: error.code };
}
