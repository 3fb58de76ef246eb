import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { codecCases } from "@atc/testing";
import plugins, { codec } from "../src/index.js";

describe("the laws of a codec", () => {
  for (const { name, run } of codecCases(() => codec())) void it(name, run);
});

void it("package.json lists the plugins of the default export", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const listed = manifest.atc.plugins.map(({ kind, name }: { kind: string; name: string }) => ({ kind, name }));
  assert.deepEqual(
    listed,
    plugins.map(({ kind, name }) => ({ kind, name })),
  );
});

void it("refuses a level out of its range", () => {
  for (const level of [-1, 1.5, 10, Number.NaN])
    assert.throws(() => codec({ level }), { code: "ATC_INVALID_ARGUMENT" });
});
