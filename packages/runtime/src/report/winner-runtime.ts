import { universeDefaults } from "@atc/backtest";
import type { SweepConfiguration } from "@atc/sweep";
import type { Runtime } from "../wiring/runtime.ts";

/** The runtime with a configuration of a sweep, whose values no default replaces. */
export function winnerRuntime(runtime: Runtime, { signals, backtest, parameters }: SweepConfiguration): Runtime {
  const origins = Object.fromEntries(Object.keys(universeDefaults).map((name) => [name, { kind: "object" }]));
  return {
    ...runtime,
    config: { ...runtime.config, ...signals, ...backtest, parameters },
    loaded: {
      ...runtime.loaded,
      origins: { ...runtime.loaded.origins, ...origins } as Runtime["loaded"]["origins"],
    },
  };
}
