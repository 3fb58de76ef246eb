// Runs without an installation: node --test test-name. It runs under vitest too.
import assert from "node:assert/strict";
import strategy from "./strategy.js";

const { test } = process.env.VITEST ? await import("vitest") : await import("node:test");

/** The values of all parameters: those that are given, and the defaults of the others. */
function valuesOf(given) {
  const defaults = Object.entries(strategy.parameters).map(([name, parameter]) => [name, parameter.default]);
  return { ...Object.fromEntries(defaults), ...given };
}

/** Starts a run. The function that it returns decides for the closes that follow. */
function start(given) {
  const run = strategy.start("TEST", valuesOf(given), []);
  return (closes) => {
    const directions = new Int8Array(closes.length);
    run.decide({ close: Float64Array.from(closes) }, directions, {});
    return [...directions];
  };
}

/** A price that rises and falls. */
const closes = Array.from({ length: 300 }, (_, i) => 100 + 10 * Math.sin(i / 15) + ((i * 7) % 5));

test("is long above the close of some bars before, and short below it", () => {
  assert.deepEqual(start({ bars: 2 })([10, 11, 12, 11, 10, 10]), [0, 0, 1, 0, -1, -1]);
});

test("does not look ahead: the same decisions if the data ends earlier", () => {
  const all = start()(closes);
  assert.ok(all.includes(1) && all.includes(-1), "it should decide something on these closes");
  for (let bars = 1; bars < closes.length; bars++)
    assert.deepEqual(start()(closes.slice(0, bars)), all.slice(0, bars), `with ${bars} bars`);
});

test("decides the same in blocks of any length", () => {
  for (const length of [1, 7, 64]) {
    const decide = start();
    const found = [];
    for (let i = 0; i < closes.length; i += length) found.push(...decide(closes.slice(i, i + length)));
    assert.deepEqual(found, start()(closes), `in blocks of ${length}`);
  }
});

test("keeps the states of two symbols apart", () => {
  const first = start();
  const second = start();
  const found = closes.flatMap((close) => {
    second([2 * closes[0] - close]);
    return first([close]);
  });
  assert.deepEqual(found, start()(closes));
});
