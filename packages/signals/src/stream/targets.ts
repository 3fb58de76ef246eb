import type { SignalConfig } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { type SignalOutput, signalOutputs } from "../base/signal-output.ts";

export type Target = Float64Array | Float32Array | Int8Array;

/** The given outputs without duplicates; default: all. Throws ATC_INVALID_ARGUMENT for a name that is not an output. */
export function checkOutputs<Name extends SignalOutput>(outputs: readonly Name[] | undefined): readonly Name[] {
  // Without `outputs`, Name is SignalOutput, the default of the type parameter.
  if (outputs === undefined) return signalOutputs as readonly Name[];
  for (const output of outputs) {
    if (signalOutputs.includes(output)) continue;
    const message = `there is no output "${String(output)}"; the outputs are ${signalOutputs.join(", ")}`;
    throw new AtcError("ATC_INVALID_ARGUMENT", message, { details: { output: String(output) } });
  }
  return [...new Set(outputs)];
}

function targetFault(name: string, target: Target, names: readonly string[], bars: number): string | undefined {
  if (!names.includes(name))
    return `is for an output that this stream does not compute; it computes ${names.join(", ")}`;
  if (target.length < bars) return `has ${target.length} elements for ${bars} bars; pass a longer array`;
  if (target instanceof Int8Array && name !== "direction")
    return "is an Int8Array, which cannot hold its values; pass a Float64Array or a Float32Array";
  return undefined;
}

/** Throws ATC_INVALID_ARGUMENT if a target cannot hold its output for `bars` bars. */
export function checkTargets(
  targets: Readonly<Record<string, Target | undefined>>,
  names: readonly string[],
  bars: number,
): void {
  for (const name in targets) {
    const target = targets[name];
    const fault = target === undefined ? undefined : targetFault(name, target, names, bars);
    if (fault === undefined) continue;
    throw new AtcError("ATC_INVALID_ARGUMENT", `the target of "${name}" ${fault}`, { details: { output: name } });
  }
}

/**
 * Copies the first `count` results of a block to `target` from index `at`. Up to 64 values are copied one by one, which
 * is cheaper than a view.
 */
export function copyResults(results: Float64Array, count: number, target: Target, at: number): void {
  if (count > 64) {
    target.set(count === results.length ? results : results.subarray(0, count), at);
    return;
  }
  for (let i = 0; i < count; i++) target[at + i] = results[i];
}

/** A new array for an output at the configured precision. */
export function allocateTarget(output: SignalOutput, config: SignalConfig, length: number): Target {
  if (output === "direction") return new Int8Array(length);
  return config.precision === "float32" ? new Float32Array(length) : new Float64Array(length);
}

/** Throws ATC_INVALID_ARGUMENT if there are fewer values than outputs. */
export function checkValues(values: Float64Array, outputs: readonly string[]): void {
  if (values.length >= outputs.length) return;
  const message = `the array has ${values.length} elements for ${outputs.length} outputs (${outputs.join(", ")}); pass a longer array`;
  throw new AtcError("ATC_INVALID_ARGUMENT", message, { details: { length: values.length, outputs: outputs.length } });
}
