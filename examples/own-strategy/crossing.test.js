import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { strategyCases } from "@atc/testing";
import crossing from "./crossing.js";

describe("the laws of a strategy", () => {
  for (const { name, run } of strategyCases(crossing)) it(name, run);
});

it("is long while the fast average is above the slow one, and short while it is below", () => {
  const directions = new Int8Array(7);
  const run = crossing.start("TEST", { fast: 1, slow: 3 }, []);
  run.decide({ close: Float64Array.of(10, 11, 12, 11, 10, 10, 10) }, directions, {});
  // The averages of 3 closes: 11, 11.33, 11, 10.33, 10.
  assert.deepEqual([...directions], [0, 0, 1, -1, -1, -1, 0]);
});
