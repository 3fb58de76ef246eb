import type { KernelMemory } from "@atc/contract";

/** A memory that can grow: the part of `WebAssembly.Memory` that kernels need. */
export interface GrowingMemory extends KernelMemory {
  /** Adds `pages` pages of `memoryPageLength` bytes. This detaches existing views of the buffer. */
  grow(pages: number): number;
}

/** The parts of the global `WebAssembly` that this module uses. TypeScript has its types only for browsers. */
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

/** Creates a memory of `pages` pages of `memoryPageLength` bytes, all 0. */
export function createKernelMemory(pages: number): GrowingMemory {
  return new WebAssembly.Memory({ initial: pages });
}

/** WebAssembly code that runs in a memory of its caller. */
export interface KernelModule<Exports> {
  /**
   * The functions over `memory`. Undefined if this machine cannot run the code; the caller then uses its TypeScript
   * version.
   */
  instantiate(memory: KernelMemory): Exports | undefined;
}

/**
 * WebAssembly code that is compiled at its first use in a thread.
 *
 * @param read - returns the module's bytes. If it throws (a missing file, say) or the machine lacks SIMD,
 * `instantiate` returns undefined.
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
