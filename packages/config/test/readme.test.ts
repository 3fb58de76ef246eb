import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import * as config from "../src/index.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("README.md holds an example that runs", async () => {
  const [, imported = "", code = ""] = /```ts\nimport (\{.*?\}) from "@atc\/config";\n(.*?)```/s.exec(readme) ?? [];
  const log = vi.fn();
  const AsyncFunction = (async () => undefined).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction("exported", "console", `const ${imported} = exported;\n${code}`)(config, {
    log,
    warn: vi.fn(),
  });
  expect(log.mock.calls[0]).toEqual([5, "--fee-bps"]);
  expect(log.mock.calls[2]?.[0]).toBe(14);
});
