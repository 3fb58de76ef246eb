import type { AnyBoundStrategy } from "@atc/backtest";
import type { Strategy } from "@atc/contract";
import { bindLoaded, loadStrategy } from "../strategy/load-strategy.ts";
import type { StrategyModule } from "../strategy/strategy-module.ts";
import type { WatchedThread } from "../strategy/strategy-watch.ts";

/** The strategies of the user's that a thread has loaded, each once. */
export interface ThreadStrategies {
  /** The strategy of a module, without values of its parameters. */
  unboundStrategy(module: StrategyModule, thread: WatchedThread): Promise<Strategy>;
  /** The strategy of a module with the values of its parameters. */
  loadedStrategy(module: StrategyModule, thread: WatchedThread): Promise<AnyBoundStrategy>;
}

/** Binds a strategy of the user's to the values of its parameters. Its own code names its columns. */
export function boundModule(module: StrategyModule, strategy: Strategy, { alive }: WatchedThread): AnyBoundStrategy {
  alive(true);
  try {
    return bindLoaded(module, strategy);
  } finally {
    alive(false);
  }
}

/** The strategies of a thread; none is loaded at first. */
export function createThreadStrategies(): ThreadStrategies {
  const modules = new Map<string, Promise<Strategy>>();

  async function unboundStrategy(given: StrategyModule, { alive }: WatchedThread): Promise<Strategy> {
    const module = { ...given, values: {} };
    const id = JSON.stringify(module);
    const known = modules.get(id);
    if (known !== undefined) return await known;
    alive(true);
    const loading = loadStrategy(module);
    modules.set(id, loading);
    try {
      return await loading;
    } finally {
      alive(false);
    }
  }

  return {
    unboundStrategy,
    loadedStrategy: async (module, thread) => boundModule(module, await unboundStrategy(module, thread), thread),
  };
}
