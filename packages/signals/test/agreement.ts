import assert from "node:assert/strict";
import { averageKinds } from "@atc/contract";
import type { SignalOutput } from "../src/index.ts";

type Columns = Readonly<Partial<Record<SignalOutput, ArrayLike<number>>>>;

/**
 * The specification's tolerance of an output: 1e-9 of the larger of average and price for averages, none for signals
 * and direction.
 */
function tolerance(output: SignalOutput, wanted: number, price: number): number {
  if (output === "direction" || (output !== "averageSignal" && output.endsWith("Signal"))) return 0;
  if (averageKinds.some((kind) => kind === output)) return 1e-9 * Math.max(Math.abs(wanted), price);
  return 1e-9 * Math.max(1, Math.abs(wanted));
}

/** Throws at the first bar at which an output in `actual` is farther from `wanted` than the specification allows. */
export function assertAgreement(actual: Columns, wanted: Columns, prices: ArrayLike<number>): void {
  for (const output of Object.keys(actual) as SignalOutput[]) {
    const values = actual[output] ?? [];
    const reference = wanted[output] ?? [];
    assert.equal(values.length, reference.length, `${output}: bars`);
    for (let bar = 0; bar < reference.length; bar++) {
      const value = Number(values[bar]);
      const target = Number(reference[bar]);
      const near = Math.abs(value - target) <= tolerance(output, target, Number(prices[bar]));
      if (near || (Number.isNaN(value) && Number.isNaN(target))) continue;
      assert.fail(`${output} at bar ${bar}: ${value}, wanted ${target}`);
    }
  }
}
