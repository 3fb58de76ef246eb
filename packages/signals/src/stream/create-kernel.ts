import type { SignalConfig } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { Kernel } from "../base/kernel.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import { createReferenceKernel } from "../reference/reference-kernel.ts";
import { createWasmKernel } from "../wasm/wasm-kernel.ts";

/**
 * Creates the fastest kernel that this machine can run: WebAssembly with SIMD, else plain TypeScript. For tests, the
 * environment variable ATC_KERNEL fixes the choice to `reference` or `wasm`.
 *
 * @throws ATC_INVALID_ARGUMENT if ATC_KERNEL has another value; ATC_UNSUPPORTED if it is `wasm` and this machine or its
 * memory does not allow that
 */
export function createKernel(config: SignalConfig, outputs: ReadonlySet<SignalOutput>): Kernel {
  const wanted = globalThis.process?.env["ATC_KERNEL"];
  if (wanted !== undefined && wanted !== "" && wanted !== "reference" && wanted !== "wasm") {
    const message = `the environment variable ATC_KERNEL is "${wanted}"; set it to "reference" or "wasm", or unset it`;
    throw new AtcError("ATC_INVALID_ARGUMENT", message, { details: { variable: "ATC_KERNEL", value: wanted } });
  }
  if (wanted === "reference") return createReferenceKernel(config, outputs);
  const kernel = createWasmKernel(config, outputs);
  if (kernel !== undefined) return kernel;
  if (wanted !== "wasm") return createReferenceKernel(config, outputs);
  throw new AtcError(
    "ATC_UNSUPPORTED",
    'the environment variable ATC_KERNEL is "wasm", but the WebAssembly kernel cannot run: it needs SIMD, its file dist/kernel.wasm, and memory for the configured lengths; unset ATC_KERNEL',
    { details: { variable: "ATC_KERNEL" } },
  );
}
