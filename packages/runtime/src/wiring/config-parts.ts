import type { AtcConfig } from "@atc/config";
import type { BacktestConfig, JsonObject, SignalConfig } from "@atc/contract";
import { backtestDefaults, signalDefaults } from "@atc/contract";

function part<Part extends object>(config: Part, defaults: Part): Part {
  const names = Object.keys(defaults) as (keyof Part)[];
  return Object.fromEntries(names.map((name) => [name, config[name]])) as Part;
}

/** The configuration of the signals. */
export function signalPart(config: AtcConfig): SignalConfig {
  return part<SignalConfig>(config, signalDefaults);
}

/**
 * The configuration of the signals as a part of cache keys. The newest point of LSMA is left out, because entries from
 * before that choice have it, and their keys do not name it.
 */
export function signalKeyPart(config: AtcConfig): JsonObject {
  const { lsma, ...others } = signalPart(config);
  return asJson(lsma === "newest" ? others : { ...others, lsma });
}

/** The configuration of fills and costs. */
export function backtestPart(config: AtcConfig): BacktestConfig {
  return part<BacktestConfig>(config, backtestDefaults);
}

/** An object as JSON; undefined members become null. */
export function asJson(config: object): JsonObject {
  return JSON.parse(JSON.stringify(config, (_, value: unknown) => value ?? null)) as JsonObject;
}
