import { createRequire } from "node:module";
import { AtcError } from "@atc/contract";

/** A function of a native library. It returns integers of 64 bits as a bigint if a number cannot hold them. */
type NativeFunction = (...values: readonly unknown[]) => number | bigint;

/** The part of a koffi platform package that is used here; the package has no types. */
export interface Koffi {
  load(library: string | null): { func(prototype: string): NativeFunction };
  view(pointer: bigint, length: number): ArrayBuffer;
  errno(): number;
}

/** Loads the native package of this platform, an optional dependency. Never throws. */
export function loadKoffi(): { readonly koffi: Koffi } | { readonly error: AtcError } {
  const name = `@koromix/koffi-${process.platform}-${process.arch}`;
  try {
    return { koffi: createRequire(import.meta.url)(name) as Koffi };
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "MODULE_NOT_FOUND";
    const error = isMissing
      ? new AtcError(
          "ATC_MISSING_PLUGIN",
          `"${name}" is not installed, an optional dependency of @atc/mmap-store; install with optional dependencies, or use backend "read"`,
          { cause, details: { kind: "addon", name, packages: [name] } },
        )
      : new AtcError("ATC_UNSUPPORTED", `"${name}" does not load: ${String(cause)}; use backend "read"`, { cause });
    return { error };
  }
}
