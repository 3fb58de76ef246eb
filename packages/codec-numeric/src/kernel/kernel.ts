import { readFileSync } from "node:fs";
import type { KernelMemory } from "@atc/contract";
import { kernelModule } from "@atc/plugin-kit";
import type { NumericKernel } from "./numeric-kernel.ts";
import { plainKernel } from "./plain-kernel.ts";

const code = kernelModule<NumericKernel>(() => readFileSync(new URL("../../dist/kernel.wasm", import.meta.url)));

/** The loops over `memory`: WebAssembly if it runs here, else TypeScript, which writes the same bytes. */
export function kernelOver(memory: KernelMemory): NumericKernel {
  return code.instantiate(memory) ?? plainKernel(memory);
}
