import type { BacktestConfig } from "@atc/contract";
import { createAccount } from "./account.ts";
import type { Account, SimulatorOptions } from "./account-rows.ts";
import { createFastSimulator } from "./fast/fast-simulator.ts";
import { slowKeys } from "./fast/is-fast.ts";

/**
 * Creates the account of one symbol, of `config.initialCapital`, by `docs/simulation.md`. The caller has checked
 * `config`, applies `invalidPrices`, and gives the columns that `config` needs: `open`, `high` and `low` for protective
 * exits, `high` and `low` for `fill: worst` and `slippageRange`. Excursions use `high` and `low` if they are given.
 */
export function createSimulator(config: BacktestConfig, options: SimulatorOptions = {}): Account {
  if (slowKeys(config).length === 0) return createFastSimulator(config, options);
  const { symbol = "" } = options;
  return createAccount({ ...config, account: "separate" }, { ...options, symbols: [{ name: symbol, bars: 0 }] });
}
