import type { StrategyModule } from "../strategy/strategy-module.ts";
import type { StrategyWatch } from "../strategy/strategy-watch.ts";

/** A strategy of the user's, and the memory in which its thread shows that it is alive. */
export interface WatchedModule {
  readonly module: StrategyModule;
  readonly watch: StrategyWatch;
}
