// Runs without an installation: node --test test-name. It runs under vitest too.
import assert from "node:assert/strict";
import strategy from "./strategy.js";

const { test } = process.env.VITEST ? await import("vitest") : await import("node:test");

/** The values of all parameters: those that are given, and the defaults of the others. */
function valuesOf(given) {
  const defaults = Object.entries(strategy.parameters ?? {}).map(([name, parameter]) => [name, parameter.default]);
  return { ...Object.fromEntries(defaults), ...given };
}

/** What these tests do not have. `strategyCases` of @atc/testing, and `atc check lookahead` on your data, have it. */
const missing = (what) => assert.fail(`these tests have no ${what}: use strategyCases of @atc/testing instead`);

/** Starts a run on daily bars. The function that it returns decides for the closes that follow. */
function start(given) {
  if (strategy.scope === "universe") missing("strategies of all symbols");
  const run = strategy.start("TEST", valuesOf(given), [], { bars: () => missing("longer bars") });
  let days = 0;
  return (closes) => {
    const close = Float64Array.from(closes);
    const columns = {
      timestamp: close.map(() => Date.UTC(2024, 0, 1 + days++)),
      open: close,
      high: close.map((price) => price * 1.01),
      low: close.map((price) => price * 0.99),
      close,
      volume: close.map(() => 1000),
    };
    const directions = new Int8Array(close.length);
    run.decide(columns, directions, {});
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
