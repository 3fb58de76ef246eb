import { codecCases } from "@atc/testing";
import { describe, it } from "vitest";
import { numeric } from "../src/index.ts";
import { plainKernel } from "../src/kernel/plain-kernel.ts";
import { createWorkspace } from "../src/kernel/workspace.ts";
import { numericIn } from "../src/numeric.ts";

describe("numeric", () => {
  for (const { name, run } of codecCases(() => numeric())) it(name, run);
});

describe("numeric in TypeScript alone", () => {
  const space = createWorkspace(plainKernel);
  for (const { name, run } of codecCases(() => numericIn(() => space))) it(name, run, 300_000);
});
