import type { AverageKind, SignalConfig } from "@atc/contract";
import { averageKinds } from "@atc/contract";
import { derivedLengths } from "@atc/plugin-kit";
import type { SignalOutput } from "./signal-output.ts";
import { validateSignalConfig } from "./validate-config.ts";

/** Index of the first bar at which an average of `length` bars has a value. */
export function firstBarOf(kind: AverageKind, length: number, config: SignalConfig): number {
  switch (kind) {
    case "kama":
      return 0;
    case "hma":
      return config.hma === "sma" ? length - 1 : length - 2 + Math.floor(Math.sqrt(length));
    case "dema":
      return config.dialect === "tradingview" ? 2 * length - 2 : length - 1;
    default:
      return length - 1;
  }
}

/**
 * The number of bars until all 54 averages have a value. Shorter series are accepted, but some of their votes never
 * begin.
 *
 * @throws ATC_INVALID_CONFIG as {@link validateSignalConfig}
 */
export function longestWarmup(config: Partial<SignalConfig> = {}): number {
  const whole = validateSignalConfig(config);
  const firsts = averageKinds.flatMap((kind) =>
    derivedLengths(whole[`${kind}Length`], whole.robustness).map((length) => firstBarOf(kind, length, whole)),
  );
  return Math.max(...firsts) + 1;
}

/** Index of the first bar of layer 1's equities. */
export function firstLayerCutout(config: SignalConfig): number {
  return config.dialect === "tradingview" ? config.cutout : 0;
}

/** Index of the first bar from which an output has values. */
export function warmupOf(output: SignalOutput, config: SignalConfig): number {
  if (output === "direction") return 0;
  if (output === "averageSignal") {
    if (config.dialect === "lts" || config.cutout === 0) return 0;
    return config.strategyMode ? config.cutout + 1 : config.cutout;
  }
  if (output.endsWith("Equity")) return config.cutout;
  if (output.endsWith("Signal")) return firstLayerCutout(config);
  const kind = output as AverageKind;
  return firstBarOf(kind, config[`${kind}Length`], config);
}
