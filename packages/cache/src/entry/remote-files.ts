import { type ByteStore, type Codec, isAtcError } from "@atc/contract";
import { type CacheEvent, newCounters } from "../base/statistics.ts";
import { type EntryFiles, entryFiles } from "./entry-files.ts";

/** Entries of a store that other machines use too. */
export type RemoteFiles = Pick<EntryFiles, "lookUp" | "write" | "remove">;

/** What remote entries are made of. */
export interface RemoteFilesOptions {
  readonly store: ByteStore;
  /** The codec of the local entries. Each further one would be a request for every value that is absent. */
  readonly codecs: readonly Codec[];
  readonly emit: (event: CacheEvent) => void;
}

/**
 * Milliseconds for which a store that failed is left alone. Each failure may take as long as the store is patient, and
 * a sweep looks up thousands of values.
 */
const restMs = 60_000;

/** The entries of a remote store. After a failure of the store, they are absent for a minute. */
export function remoteFiles({ store, codecs, emit }: RemoteFilesOptions): RemoteFiles {
  let readableAt = 0;
  let writableAt = 0;
  // Its files do not count as those of the local store.
  const files = entryFiles({
    store,
    codecs,
    counters: newCounters(),
    emit(event) {
      emit(event.type === "damaged" || event.type === "failed" ? { ...event, isRemote: true } : event);
      if (event.type !== "failed") return;
      const isReadOnly = isAtcError(event.error, "ATC_READ_ONLY");
      writableAt = isReadOnly ? Number.POSITIVE_INFINITY : performance.now() + restMs;
      if (!isReadOnly) readableAt = performance.now() + restMs;
    },
  });
  return {
    lookUp: async (resolved) => (performance.now() < readableAt ? { reason: "absent" } : await files.lookUp(resolved)),
    write: async (resolved, value, options) =>
      performance.now() < writableAt ? false : await files.write(resolved, value, options),
    remove: async (digest) => (performance.now() < writableAt ? false : await files.remove(digest)),
  };
}
