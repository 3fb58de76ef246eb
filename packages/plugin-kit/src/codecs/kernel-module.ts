import type { KernelMemory } from "@atc/contract";

/** A memory that can grow: `WebAssembly.Memory`, as far as is needed here. */
export interface GrowingMemory extends KernelMemory {
  /** Adds `pages` pages of `memoryPageLength` bytes; every view taken of the buffer before is detached. */
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

/** Bytes of a page, the unit in which a memory grows. */
export const memoryPageLength = 65_536;

/** Makes a memory of `pages` pages, all bytes 0. */
export function createKernelMemory(pages: number): GrowingMemory {
  return new WebAssembly.Memory({ initial: pages });
}

/** Code in WebAssembly that works in a memory which its caller gives it. */
export interface KernelModule<Exports> {
  /** The functions over `memory`; undefined where this machine cannot run the code, so that a caller takes its TypeScript twin. */
  instantiate(memory: KernelMemory): Exports | undefined;
}

/**
 * Code in WebAssembly, compiled at the first use in a thread.
 *
 * @param read - gives the module's bytes; where it throws, as for a file left out, or the machine lacks SIMD, nothing is instantiated
 */
export function kernelModule<Exports>(read: () => Uint8Array): KernelModule<Exports> {
  let compiled: object | undefined;
  let isCompiled = false;
  return {
    instantiate(memory) {
      if (!isCompiled) {
        isCompiled = true;
        try {
          compiled = new WebAssembly.Module(read());
        } catch {
          compiled = undefined;
        }
      }
      if (compiled === undefined) return undefined;
      return new WebAssembly.Instance(compiled, { env: { memory } }).exports as Exports;
    },
  };
}
