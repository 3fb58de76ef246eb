import { AtcError } from "@atc/contract";

/** DuckDB's C interface in its Node binding. */
export type Binding = typeof import("@duckdb/node-bindings");

let loaded: Binding | undefined;

/**
 * Loads the binding at the first call, so that an import of this package does not read 70 MB of machine code. The
 * package `@duckdb/node-api` above it creates an object per value and gives no access to the typed arrays.
 *
 * @throws ATC_UNSUPPORTED if DuckDB has no build for this platform, or its package is not installed
 */
export async function binding(): Promise<Binding> {
  try {
    loaded ??= (await import("@duckdb/node-bindings")).default;
  } catch (cause) {
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `duckdb: "@duckdb/node-bindings" does not load on ${process.platform} ${process.arch}; install with optional dependencies, on Linux, macOS or Windows, x64 or arm64`,
      { cause },
    );
  }
  return loaded;
}
