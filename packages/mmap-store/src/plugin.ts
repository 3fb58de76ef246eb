import type { Plugin } from "@atc/contract";
import { type MmapStoreOptions, mmapStore } from "./store/mmap-store.ts";

/** The array store `mmap`. Its options are {@link MmapStoreOptions}. */
export const plugins: readonly Plugin[] = [
  { kind: "array-store", name: "mmap", create: (options: MmapStoreOptions) => mmapStore(options) },
];
