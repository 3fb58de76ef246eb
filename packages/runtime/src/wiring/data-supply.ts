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

  function pushed(identity: CopyIdentity, signal: AbortSignal | undefined): Promise<unknown> {
    const key = JSON.stringify(identity);
    const known = pushes.get(key);
    if (known !== undefined) return known;
    const push = pushDataset(identity, { directory: place.config.dataDir, target, signal, onProgress });
    pushes.set(key, push);
    // The next task that reads it tries again.
    push.catch(() => pushes.delete(key));
    return push;
  }

  return {
    async provide(input: TaskInput, signal) {
      const identity = datasetOf(input);
      for (;;) {
        try {
          await pushed(identity, signal);
          return;
        } catch (error) {
          // Another task began the push, and was aborted.
          if (!isAtcError(error, "ATC_ABORTED") || signal?.aborted === true) throw error;
        }
      }
    },
    [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
  };
}
