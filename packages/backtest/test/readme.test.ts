import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it, vi } from "vitest";

it("the README's example runs and prints figures", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const example = readFileSync(new URL("readme-example.ts", import.meta.url), "utf8");
  const block = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
  assert.equal(block, example.replace("../src/index.ts", "@atc/backtest"));
  const printed = vi.spyOn(console, "log").mockImplementation(() => undefined);
  await import("./readme-example.ts");
  const [figures = [], [csv] = [], [held] = []] = printed.mock.calls;
  printed.mockRestore();
  assert.ok(Number.isFinite(figures[0]) && Number.isFinite(figures[1]));
  assert.match(String(csv), /^symbol,entryTime,.*\nDEMO,/);
  assert.ok(Number.isFinite(held));
});
