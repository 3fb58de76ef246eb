import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { strategyCases } from "@atc/testing";
import reversal from "./reversal.js";

describe("the laws of a strategy", () => {
  for (const { name, run } of strategyCases(reversal)) it(name, run);
});

it("is long in what has risen less than the mean, and short in what has risen more", () => {
  const run = reversal.start(["A", "B", "C"], { bars: 1, gross: 1 });
  const weights = new Float64Array(3).fill(Number.NaN);
  const present = Int32Array.of(0, 1, 2);
  run.decide({ time: 0, present, columns: { close: Float64Array.of(100, 100, 100) } }, weights);
  assert.deepEqual([...weights], [0, 0, 0]);
  run.decide({ time: 1, present, columns: { close: Float64Array.of(150, 100, 50) } }, weights);
  assert.deepEqual([...weights], [-0.5, 0, 0.5]);
});
