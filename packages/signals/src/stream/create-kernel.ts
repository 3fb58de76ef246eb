import type { SignalConfig } from "@atc/contract";
import { chooseKernel } from "@atc/plugin-kit";
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
  return chooseKernel({
    wasm: () => createWasmKernel(config, outputs),
    reference: () => createReferenceKernel(config, outputs),
    needs: "SIMD, its file dist/kernel.wasm, and memory for the configured lengths",
  });
}
