import type { AtcError, JsonObject } from "@atc/contract";
import type { WatchedModule } from "./watched-module.ts";

/** A symbol that could not be backtested, as plain data. */
export interface TaskFailure {
  readonly symbol: string;
  readonly code: AtcError["code"];
  readonly message: string;
  readonly details: JsonObject;
}

/** An error as the fault of a symbol. A decision that is not one is the fault of the user's strategy, if it is one. */
export function failureOf(
  symbol: string,
  { code, message, details }: AtcError,
  own?: WatchedModule | undefined,
): TaskFailure {
  if (own === undefined || code !== "ATC_INVALID_ARGUMENT") return { symbol, code, message, details };
  return { symbol, code: "ATC_STRATEGY", message, details: { ...details, strategy: own.module.label } };
}
