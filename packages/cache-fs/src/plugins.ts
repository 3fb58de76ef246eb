import type { Plugin } from "@atc/contract";
import { cacheFs } from "./cache-fs.ts";
import type { CacheFsOptions } from "./options.ts";

const fs: Plugin<"byte-store", CacheFsOptions> = {
  kind: "byte-store",
  name: "fs",
  create: (options, host) => cacheFs({ ...options, warn: options.warn ?? ((message) => host.warn(message)) }),
};

/** The byte store `fs`. Its options are {@link CacheFsOptions}. */
export const plugins: readonly Plugin[] = [fs];
