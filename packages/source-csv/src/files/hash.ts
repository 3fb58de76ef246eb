import xxhash, { type XXHashAPI } from "xxhash-wasm";

let loading: Promise<XXHashAPI> | undefined;

/** The xxHash functions. The first call compiles them. */
export function hashFunctions(): Promise<XXHashAPI> {
  loading ??= xxhash();
  return loading;
}

/** A 64-bit hash as 16 hexadecimal digits. */
export function hexOf(hash: bigint): string {
  return hash.toString(16).padStart(16, "0");
}
