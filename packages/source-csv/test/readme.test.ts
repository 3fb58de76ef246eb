import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it, vi } from "vitest";
import { fileOf, twoBars } from "./temporary-file.ts";

it("runs the README's example", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const bars = fileOf(twoBars);
  const script = join(dirname(bars), "example.ts");
  const source = new URL("../src/index.ts", import.meta.url).pathname;
  writeFileSync(script, code.replace("@atc/source-csv", source).replace("bars.csv", bars));
  const log = vi.spyOn(console, "log").mockReturnValue(undefined);
  await import(script);
  expect(log.mock.calls).toEqual([
    ["bars", "symbol timestamp open high low close volume"],
    ["AAA", 1704153600000n, 1.5],
    [2, expect.stringMatching(/^[0-9a-f]{16}$/)],
  ]);
  log.mockRestore();
});
