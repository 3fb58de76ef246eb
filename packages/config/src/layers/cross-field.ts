import type { AverageKind } from "@atc/contract";
import { averageKinds } from "@atc/contract";
import { type BrokenRule, brokenBacktestRules, derivedLengths, smallestBaseLength } from "@atc/plugin-kit";
import type { ConfigFault } from "../faults/config-fault.ts";
import { jsonValue } from "../faults/config-fault.ts";
import { describeOrigin } from "../faults/origin.ts";
import type { ConfigName } from "../keys/atc-config.ts";
import { configOf } from "./config-of.ts";
import type { Chosen } from "./layer.ts";
import type { Resolution } from "./resolve-layers.ts";

function place(name: ConfigName, chosen: Chosen | undefined): { path: string; key: string; origin: string } {
  return { path: chosen?.written ?? name, key: name, origin: describeOrigin(chosen?.origin ?? { kind: "default" }) };
}

/** Requires longThreshold > shortThreshold. The fault names the one that is set. */
function thresholdFault({ settings, chosen, faulty }: Resolution): ConfigFault | undefined {
  const { longThreshold: long, shortThreshold: short } = settings;
  if (long > short || faulty.has("longThreshold") || faulty.has("shortThreshold")) return undefined;
  const blamed = chosen.has("longThreshold") ? "longThreshold" : "shortThreshold";
  const allowed =
    blamed === "longThreshold"
      ? `a number above shortThreshold, which is ${short}, is required`
      : `a number below longThreshold, which is ${long}, is required`;
  return { ...place(blamed, chosen.get(blamed)), value: settings[blamed], allowed };
}

/** Requires that the average is defined at every derived length. */
function lengthFault(kind: AverageKind, { settings, chosen, faulty }: Resolution): ConfigFault | undefined {
  const name = `${kind}Length` as const;
  if (faulty.has(name) || faulty.has("robustness")) return undefined;
  const base = settings[name];
  const smallest = smallestBaseLength(kind, settings.robustness);
  if (base >= smallest) return undefined;
  const shortest = Math.min(...derivedLengths(base, settings.robustness));
  const allowed = `with robustness ${settings.robustness} the ${kind.toUpperCase()} of base length ${base} has a length of ${shortest}; the smallest base length that works is ${smallest}`;
  return { ...place(name, chosen.get(name)), value: base, allowed };
}

/** The fault of a broken rule of the simulation, at the key that is set. */
function ruleFault({ reads, blames }: BrokenRule, { settings, chosen, faulty }: Resolution): ConfigFault | undefined {
  if (reads.some((key) => faulty.has(key))) return undefined;
  const blamed = blames.find(({ key }) => chosen.has(key)) ?? blames[0];
  if (blamed === undefined) return undefined;
  const { key, allowed } = blamed;
  return { ...place(key, chosen.get(key)), value: jsonValue(settings[key]), allowed };
}

/** The faults of rules between keys. Keys with a fault of their own are skipped. */
export function crossFieldFaults(resolution: Resolution): readonly ConfigFault[] {
  const lengths = averageKinds.map((kind) => lengthFault(kind, resolution));
  const rules = brokenBacktestRules(configOf(resolution.settings)).map((rule) => ruleFault(rule, resolution));
  return [thresholdFault(resolution), ...lengths, ...rules].filter((fault) => fault !== undefined);
}
