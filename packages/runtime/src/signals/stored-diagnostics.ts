import type { JsonObject, JsonValue } from "@atc/contract";
import { averageKinds } from "@atc/contract";
import type { LengthWeight, SignalDiagnostics } from "@atc/signals";
import { listOf, numberOf, objectOf } from "./stored-json.ts";

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/**
 * Diagnostics in a cache entry, checked member by member; undefined if they are malformed or of a series of another
 * length.
 */
export function storedDiagnostics(value: JsonValue | undefined, bars: number): SignalDiagnostics | undefined {
  try {
    return diagnosticsOf(objectOf(value), bars);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function diagnosticsOf(stored: JsonObject, bars: number): SignalDiagnostics {
  const { kernel, warnings } = stored;
  if (kernel !== "wasm" && kernel !== "reference") throw new TypeError("the kernel is unknown");
  if (stored["bars"] !== bars) throw new TypeError("they belong to another series");
  return {
    kernel,
    bars,
    largestGrowth: numberOf(stored["largestGrowth"]),
    floorShare: numberOf(stored["floorShare"]),
    ties: numberOf(stored["ties"]),
    weights: weightsOf(objectOf(stored["weights"])),
    lengthWeights: lengthWeightsOf(objectOf(stored["lengthWeights"])),
    warnings: listOf(warnings).map(warningOf),
  };
}

function weightsOf(stored: JsonObject): SignalDiagnostics["weights"] {
  const [ema, hma, wma, dema, lsma, kama] = averageKinds.map((kind) => numberOrNaN(stored[kind]));
  return { ema, hma, wma, dema, lsma, kama } as SignalDiagnostics["weights"];
}

function lengthWeightsOf(stored: JsonObject): SignalDiagnostics["lengthWeights"] {
  const found: Mutable<SignalDiagnostics["lengthWeights"]> = {};
  for (const kind of averageKinds)
    if (stored[kind] !== undefined) found[kind] = listOf(stored[kind]).map(lengthWeightOf);
  return found;
}

function lengthWeightOf(value: JsonValue): LengthWeight {
  const { length, vote, weight } = objectOf(value);
  return { length: numberOf(length), vote: numberOf(vote), weight: numberOrNaN(weight) };
}

function warningOf(value: JsonValue): SignalDiagnostics["warnings"][number] {
  const { threshold, bar, growth, message } = objectOf(value);
  if (typeof message !== "string") throw new TypeError("a warning has no message");
  return { threshold: numberOf(threshold), bar: numberOf(bar), growth: numberOf(growth), message };
}

/** A weight before the cutout is NaN, which JSON stores as null. */
function numberOrNaN(value: JsonValue | undefined): number {
  return value === null ? Number.NaN : numberOf(value);
}
