import type { RunOrigin } from "../backtest/run-origin.ts";
import type { SweepSetup } from "./sweep-setup.ts";

/** What the results of an open sweep come from. Its configuration is that of every key without an axis. */
export function sweepOrigin({ strategy, dataset, symbols, config, period }: SweepSetup): RunOrigin {
  const { own, isPortable } = strategy;
  return {
    manifest: dataset.manifest,
    symbols,
    config,
    strategy: strategy.on(dataset),
    codeDigest: own?.module.digest,
    isInCode: own === undefined && !isPortable,
    files: {},
    period,
  };
}
