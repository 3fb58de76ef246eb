import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { strategyCases } from "@atc/testing";
import plugins, { strategy } from "../src/index.js";

describe("the laws of a strategy", () => {
  for (const { name, run } of strategyCases(strategy)) void it(name, run);
});

describe("the laws of a strategy that looks back 1 bar", () => {
  for (const { name, run } of strategyCases(strategy, { parameters: { bars: 1 } })) void it(name, run);
});

void it("package.json lists the plugins of the default export", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const listed = manifest.atc.plugins.map(({ kind, name }: { kind: string; name: string }) => ({ kind, name }));
  assert.deepEqual(
    listed,
    plugins.map(({ kind, name }) => ({ kind, name })),
  );
});

void it("is long above the close of some bars before, and short below it", () => {
  assert.ok(strategy.scope !== "universe");
  const directions = new Int8Array(6);
  const run = strategy.start("TEST", { bars: 2 }, [], { bars: () => assert.fail("it reads no longer bars") });
  run.decide({ close: Float64Array.of(10, 11, 12, 11, 10, 10) }, directions, {});
  assert.deepEqual([...directions], [0, 0, 1, 0, -1, -1]);
});
