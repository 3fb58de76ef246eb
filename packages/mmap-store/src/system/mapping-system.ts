import type { AtcError } from "@atc/contract";
import { loadKoffi } from "./koffi.ts";
import type { MappingSystem } from "./mapped-memory.ts";
import { openPosixMapping } from "./posix-mapping.ts";
import { openWindowsMapping } from "./windows-mapping.ts";

/** The system of this process, or why it has none. */
export type LoadedSystem = { readonly system: MappingSystem } | { readonly error: AtcError };

/** Loads the native package of this platform. */
export function loadMappingSystem(): LoadedSystem {
  const loaded = loadKoffi();
  if ("error" in loaded) return loaded;
  const open = process.platform === "win32" ? openWindowsMapping : openPosixMapping;
  return { system: open(loaded.koffi) };
}
