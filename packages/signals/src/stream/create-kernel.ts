import type { SignalConfig } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { Kernel } from "../base/kernel.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import { createReferenceKernel } from "../reference/reference-kernel.ts";
import { createWasmKernel } from "../wasm/wasm-kernel.ts";

/**
 * The fastest kernel that this machine can run: WebAssembly with SIMD, else plain TypeScript. The environment variable ATC_KERNEL, `reference` or `wasm`,
 * takes the choice away, for tests.
 *
 * @throws ATC_INVALID_ARGUMENT where ATC_KERNEL is anything else; ATC_UNSUPPORTED where it is `wasm`, which this machine or its memory does not allow
 */
export function createKernel(config: SignalConfig, outputs: ReadonlySet<SignalOutput>): Kernel {
  const wanted = globalThis.process?.env["ATC_KERNEL"];
  if (wanted !== undefined && wanted !== "" && wanted !== "reference" && wanted !== "wasm") {
    const message = `ATC_KERNEL is "${wanted}"; it is "reference", "wasm", or not set`;
    throw new AtcError("ATC_INVALID_ARGUMENT", message, { details: { variable: "ATC_KERNEL", value: wanted } });
  }
  if (wanted === "reference") return createReferenceKernel(config, outputs);
  const kernel = createWasmKernel(config, outputs);
  if (kernel !== undefined) return kernel;
  if (wanted !== "wasm") return createReferenceKernel(config, outputs);
  throw new AtcError(
    "ATC_UNSUPPORTED",
    'ATC_KERNEL is "wasm", but the kernel in WebAssembly does not run: it needs SIMD, its file dist/kernel.wasm, and memory for the configured lengths; unset ATC_KERNEL',
    { details: { variable: "ATC_KERNEL" } },
  );
}
