import { universeDefaults } from "@atc/backtest";
import type { Runtime } from "../wiring/runtime.ts";
import type { ChosenStrategy } from "./chosen-strategy.ts";

/** The runtime with the defaults of a strategy that sees all symbols, for the keys that nobody set. */
export function runtimeFor(runtime: Runtime, { scope }: Pick<ChosenStrategy, "scope">): Runtime {
  if (scope !== "universe") return runtime;
  const { origins } = runtime.loaded;
  const unset = Object.entries(universeDefaults).filter(
    ([name]) => origins[name as keyof typeof universeDefaults].kind === "default",
  );
  return { ...runtime, config: { ...runtime.config, ...Object.fromEntries(unset) } };
}
