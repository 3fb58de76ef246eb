import { createHash } from "node:crypto";
import { AtcError, type ByteStore } from "@atc/contract";
import type { PutValue, ServedArea } from "./area.ts";

/** Options of {@link storeArea}. */
export interface StoreAreaOptions {
  /** Whether requests without a token may read it, on a loopback address. Default: false. */
  readonly isOpen?: boolean | undefined;
  /** The largest value that is accepted, in bytes, all of which are in memory for a moment. Default: 64 MiB. */
  readonly maxBytes?: number | undefined;
  /** The most bytes of all values that are in memory at once because of writes. Default: 256 MiB. */
  readonly maxPending?: number | undefined;
}

const defaultMaxBytes = 64 * 2 ** 20;
const defaultMaxPending = 256 * 2 ** 20;

async function wholeValue({ bytes, size, sha256 }: PutValue): Promise<Uint8Array> {
  const whole = new Uint8Array(size);
  let length = 0;
  for await (const chunk of bytes) {
    if (length + chunk.length > size) break;
    whole.set(chunk, length);
    length += chunk.length;
  }
  if (length === size && createHash("sha256").update(whole).digest("hex") === sha256) return whole;
  throw new AtcError("ATC_CORRUPT_DATA", "what a request brought does not have its digest; send it again");
}

/** The entries of a byte store, which the caller disposes: read, written, removed and listed. */
export function storeArea(store: ByteStore, options: StoreAreaOptions = {}): ServedArea {
  const { isOpen = false, maxBytes = defaultMaxBytes, maxPending = defaultMaxPending } = options;
  let pending = 0;
  return {
    isOpen,
    maxBytes,
    async open(key, { touch }) {
      const value = await store.get(key, { touch });
      if (value === undefined) return undefined;
      return {
        size: value.length,
        tag: createHash("sha256").update(value).digest("base64url"),
        async *read({ start, end }) {
          yield value.subarray(start, end);
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
    async put(key, value) {
      if (pending + value.size > maxPending)
        throw new AtcError("ATC_LOCKED", "too many values are being written; send this one again later");
      pending += value.size;
      try {
        const { costMs } = value;
        await store.set(key, await wholeValue(value), costMs === undefined ? {} : { costMs });
      } finally {
        pending -= value.size;
      }
    },
    delete: (key) => store.delete(key),
    list: (prefix) => store.list(prefix),
  };
}
