import type { AnyBoundStrategy, BoundStrategy } from "@atc/backtest";
import { AtcError } from "@atc/contract";

/**
 * A strategy that decides for each symbol by itself.
 *
 * @param what - what cannot run another one, such as "this check"
 * @throws ATC_UNSUPPORTED for a strategy that sees all symbols at once
 */
export function ofSymbols(strategy: AnyBoundStrategy, what: string): BoundStrategy {
  if (strategy.scope !== "universe") return strategy;
  throw new AtcError(
    "ATC_UNSUPPORTED",
    `${what} is for strategies that decide for each symbol by itself, and "${strategy.name}" sees all symbols at once`,
    { details: { strategy: strategy.name } },
  );
}
