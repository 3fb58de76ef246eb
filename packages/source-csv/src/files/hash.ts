import xxhash, { type XXHashAPI } from "xxhash-wasm";

let loading: Promise<XXHashAPI> | undefined;

/** The xxHash functions, compiled at the first call. */
export function hashFunctions(): Promise<XXHashAPI> {
  loading ??= xxhash();
  return loading;
}

/** A 64-bit hash as 16 hexadecimal digits. */
export function hexOf(hash: bigint): string {
  return hash.toString(16).padStart(16, "0");
}
