import type { Plugin } from "@atc/contract";
import { freeLeftovers } from "./store/leftovers.ts";
import { type MmapStore, type MmapStoreOptions, mmapStore } from "./store/mmap-store.ts";

/** Only Windows keeps segments on the disk because a program has them open. */
async function openStore(options: MmapStoreOptions): Promise<MmapStore> {
  const store = mmapStore(options);
  if (process.platform === "win32") await freeLeftovers(options.directory);
  return store;
}

/** The array store `mmap`. Its options are {@link MmapStoreOptions}. */
export const plugins: readonly Plugin[] = [{ kind: "array-store", name: "mmap", create: openStore }];
