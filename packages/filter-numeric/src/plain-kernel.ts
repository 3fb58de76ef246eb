import type { KernelMemory } from "@atc/contract";
import type { NumericKernel } from "./kernel.ts";
export function plainKernel(memory: KernelMemory): NumericKernel { throw new Error(String(memory)); }
