import { isAtcError, type OperationOptions } from "@atc/contract";
import { type CopyIdentity, pushDataset } from "@atc/mmap-store/copies";
import { type BucketPlace, openDataBucket } from "./data-bucket.ts";
import { datasetOf } from "./task-dataset.ts";
import type { DataSupply, TaskInput } from "./task-places.ts";

/** How datasets of tasks are supplied. */
export interface DataSupplyOptions extends Pick<OperationOptions, "onProgress"> {
  /** The URL of the bucket. */
  readonly url: string;
}

/**
 * Supplies a bucket with the datasets of tasks before they are submitted: each generation once.
 *
 * @throws what {@link openDataBucket} throws
 */
export async function dataSupply(place: BucketPlace, { url, onProgress }: DataSupplyOptions): Promise<DataSupply> {
  const target = await openDataBucket(place, url);
  const pushes = new Map<string, Promise<unknown>>();
  const present = new Set<string>();

  function pushed(key: string, identity: CopyIdentity, signal: AbortSignal | undefined): Promise<unknown> {
    const known = pushes.get(key);
    if (known !== undefined) return known;
    const push = pushDataset(identity, { directory: place.config.dataDir, target, signal, onProgress });
    pushes.set(key, push);
    // The next task that reads it tries again.
    push.catch(() => pushes.delete(key));
    return push;
  }

  async function bring(key: string, identity: CopyIdentity, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      try {
        await pushed(key, identity, signal);
        present.add(key);
        return;
      } catch (error) {
        // Another task began the push, and was aborted.
        if (!isAtcError(error, "ATC_ABORTED") || signal?.aborted === true) throw error;
      }
    }
  }

  return {
    provide(input: TaskInput, signal) {
      const identity = datasetOf(input);
      const key = JSON.stringify(identity);
      return present.has(key) ? undefined : bring(key, identity, signal);
    },
    [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
  };
}
