import type { SignalConfig } from "@atc/contract";
import { growthAfter } from "../base/growth.ts";
import { firstLayerCutout } from "../base/warmup.ts";

/** Constants that the kernel's loops load from memory; `assembly/records.ts` says why. */
export const kernelConstants: Readonly<Record<ConstantName, number>> = {
  floor: 0.25,
  tolerance: 1e-10,
  sign: -0,
  one: 1,
  hundred: 100,
  shift: 6_755_399_441_055_744,
  largest: Number.MAX_VALUE,
  slow: 0.064,
  range: 0.666 - 0.064,
};

/** The members of the kernel's record that depend on the configuration. */
export function settingsOf(config: SignalConfig): Readonly<Record<SettingName, number>> {
  const lts = config.dialect === "lts";
  const growthCap = config.growthCap === "none" ? Number.POSITIVE_INFINITY : config.growthCap;
  return {
    ownSource: Number(config.calculationSource !== "close"),
    lts: Number(lts),
    delayed: Number(config.strategyMode),
    retention: 1 - config.decay / 100,
    growthCap,
    cappedGrowth: growthAfter(growthCap, config),
    firstCutout: firstLayerCutout(config),
    secondCutout: config.cutout,
    cutLong: lts ? config.longThreshold : 0.49,
    cutShort: lts ? config.shortThreshold : -0.49,
    longThreshold: config.longThreshold,
    shortThreshold: config.shortThreshold,
  };
}

type ConstantName = "floor" | "tolerance" | "sign" | "one" | "hundred" | "shift" | "largest" | "slow" | "range";

type SettingName =
  | "ownSource"
  | "lts"
  | "delayed"
  | "retention"
  | "growthCap"
  | "cappedGrowth"
  | "firstCutout"
  | "secondCutout"
  | "cutLong"
  | "cutShort"
  | "longThreshold"
  | "shortThreshold";
