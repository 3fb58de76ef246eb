import { codecCases } from "@atc/testing";
import { describe, it } from "vitest";
import { numeric } from "../src/index.ts";
import { numericIn } from "../src/numeric.ts";
import { plainKernel } from "../src/plain-kernel.ts";
import { createWorkspace } from "../src/workspace.ts";

describe("numeric", () => {
  for (const { name, run } of codecCases(() => numeric())) it(name, run);
});

describe("numeric in TypeScript alone", () => {
  const space = createWorkspace(plainKernel);
  for (const { name, run } of codecCases(() => numericIn(() => space))) it(name, run, 60_000);
});
