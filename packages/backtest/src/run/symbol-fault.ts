import { type AtcError, isAtcError } from "@atc/contract";

/**
 * Whether an error is the fault of one symbol, so that a run over many symbols lists it and continues: invalid data, a
 * decision at a bar, or in a row, of the symbol that is not one, or a strategy that failed on a thread of its own.
 */
export function isSymbolFault(error: unknown, symbol: string): error is AtcError {
  if (isAtcError(error, "ATC_INVALID_DATA") || isAtcError(error, "ATC_STRATEGY")) return true;
  if (!isAtcError(error, "ATC_INVALID_ARGUMENT")) return false;
  const { details } = error;
  return details["symbol"] === symbol && ["bar", "row"].some((place) => typeof details[place] === "number");
}
