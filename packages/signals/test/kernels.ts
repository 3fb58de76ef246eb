import { existsSync } from "node:fs";
import { afterAll, beforeAll } from "vitest";
import type { KernelName } from "../src/index.ts";

/** Whether the kernel in WebAssembly was built. */
export const wasmBuilt: boolean = existsSync(new URL("../dist/kernel.wasm", import.meta.url));

/** The kernels that can run here. */
export const kernels: readonly KernelName[] = wasmBuilt ? ["wasm", "reference"] : ["reference"];

/** Runs something with one kernel. */
export function under<Result>(kernel: KernelName, run: () => Result): Result {
  const before = process.env["ATC_KERNEL"];
  process.env["ATC_KERNEL"] = kernel;
  try {
    return run();
  } finally {
    if (before === undefined) delete process.env["ATC_KERNEL"];
    else process.env["ATC_KERNEL"] = before;
  }
}

/** Runs every test of the current block with one kernel. */
export function useKernel(kernel: KernelName): void {
  let before: string | undefined;
  beforeAll(() => {
    before = process.env["ATC_KERNEL"];
    process.env["ATC_KERNEL"] = kernel;
  });
  afterAll(() => {
    if (before === undefined) delete process.env["ATC_KERNEL"];
    else process.env["ATC_KERNEL"] = before;
  });
}
