import type { ByteStore } from "@atc/contract";

/**
 * What a data plane needs of a byte store, which holds its bytes: a shared directory, a server or a bucket.
 */
export interface PlaneStore extends Pick<ByteStore, "get" | "set" | "delete" | "list"> {
  /** The place, for messages. */
  readonly place: string;
  /** Permits others to store a value under a key. Only the store on the machine of a server can. */
  permit?(key: string): Promise<string>;
  /** Whether `set` needs such a permit, at the end of the key and after a dot. */
  readonly needsPermit?: boolean;
}
