import { AtcError } from "@atc/contract";

/** DuckDB's C interface as its Node binding has it. */
export type Binding = typeof import("@duckdb/node-bindings");

let loaded: Binding | undefined;

/**
 * The binding, loaded at the first call: 70 MB of machine code are not read by a mere import of this package. The package `@duckdb/node-api` on top of
 * it makes an object of every value and gives no access to the typed arrays below.
 *
 * @throws ATC_UNSUPPORTED where this platform has no build of DuckDB, or its package was left out at installation
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
