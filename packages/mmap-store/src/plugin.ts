import type { Plugin } from "@atc/contract";
import { type MmapStoreOptions, mmapStore } from "./store/mmap-store.ts";

/** The plugins of this package: the array store `mmap`, whose options are {@link MmapStoreOptions}. */
export const plugins: readonly Plugin[] = [
  { kind: "array-store", name: "mmap", create: (options: MmapStoreOptions) => mmapStore(options) },
];
