import type { AnyBoundStrategy, BoundStrategy } from "@atc/backtest";
import { AtcError } from "@atc/contract";

/**
 * A strategy that decides for each symbol by itself.
 *
 * @param what - what cannot run another one, such as "this check"
 * @param remedy - what to use instead, if there is something
 * @throws ATC_UNSUPPORTED for a strategy that sees all symbols at once
 */
export function ofSymbols(strategy: AnyBoundStrategy, what: string, remedy?: string): BoundStrategy {
  if (strategy.scope !== "universe") return strategy;
  throw new AtcError(
    "ATC_UNSUPPORTED",
    `${what} is for strategies that decide for each symbol by itself, and "${strategy.name}" sees all symbols at once${remedy === undefined ? "" : `; ${remedy}`}`,
    { details: { strategy: strategy.name } },
  );
}
