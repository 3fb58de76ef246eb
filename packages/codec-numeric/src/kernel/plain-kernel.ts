import type { KernelMemory } from "@atc/contract";
import type { MemoryViews } from "./memory-views.ts";
import type { NumericKernel } from "./numeric-kernel.ts";
import { plainDecimals } from "./plain-decimals.ts";
import { plainEntropy } from "./plain-entropy.ts";
import { plainIntegers } from "./plain-integers.ts";
import { plainRepeats } from "./plain-repeats.ts";
import { plainTokens } from "./plain-tokens.ts";

/**
 * The kernel in TypeScript, for machines without WebAssembly: the same bytes, some fifty times slower. The memory does
 * not grow, so one set of views is enough.
 */
export function plainKernel({ buffer }: KernelMemory): NumericKernel {
  const views: MemoryViews = {
    view: new DataView(buffer),
    bytes: new Uint8Array(buffer),
    words16: new Uint16Array(buffer),
    words32: new Uint32Array(buffer),
    integers: new BigInt64Array(buffer),
    naturals: new BigUint64Array(buffer),
  };
  return {
    ...plainIntegers(views),
    ...plainDecimals(views),
    ...plainTokens(views),
    ...plainEntropy(views),
    ...plainRepeats(views),
  };
}
