import { readFileSync } from "node:fs";
import type { KernelMemory } from "@atc/contract";

/** A memory that can grow. */
export interface GrowingMemory extends KernelMemory {
  grow(pages: number): number;
}

/** What is used of the global `WebAssembly`, whose types come with those of browsers only. */
interface WebAssemblyGlobal {
  readonly Memory: new (limits: { readonly initial: number }) => GrowingMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: KernelMemory } },
  ) => { readonly exports: unknown };
}

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyGlobal };

/** Bytes by which a memory grows. */
export const pageLength = 65_536;

/** Makes a memory of `pages` pages. */
export function createMemory(pages: number): GrowingMemory {
  return new WebAssembly.Memory({ initial: pages });
}

let compiled: object | undefined;
let isCompiled = false;

/** Compiles the kernel at the first call in a thread; undefined where this machine's WebAssembly has no SIMD, or the file was left out. */
function kernelModule(): object | undefined {
  if (isCompiled) return compiled;
  isCompiled = true;
  try {
    compiled = new WebAssembly.Module(readFileSync(new URL("../dist/kernel.wasm", import.meta.url)));
  } catch {
    compiled = undefined;
  }
  return compiled;
}

/** The kernel's functions over `memory`; undefined where it cannot run here. */
export function instantiate<Exports>(memory: KernelMemory): Exports | undefined {
  const module = kernelModule();
  if (module === undefined) return undefined;
  return new WebAssembly.Instance(module, { env: { memory } }).exports as Exports;
}
