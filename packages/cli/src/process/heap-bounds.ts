/**
 * Limits the heap of the main thread before anything else is loaded, because loading alone lets it grow. The command
 * works on typed arrays, which are outside the heap, so the memory is better used for rows. Threads have their own
 * limit.
 *
 * A flag on Node's command line does not limit young objects: V8 reads the factor again after it has set up the heap.
 */
import { setFlagsFromString } from "node:v8";

// Young objects stay in the first 2 MB instead of growing to 32 MB and more, which saves 27 MB.
setFlagsFromString("--semi-space-growth-factor=1");

/**
 * Starts a garbage collection after the heap of old objects has grown by a fifth, instead of up to four times: 225 MB
 * instead of 321 MB in a backtest of 5,000 symbols. Call it when symbols are computed, as objects accumulate with the
 * symbols. The collections cost a run from the cache 40 ms and an ingest 2 % of its time.
 */
export function boundOldHeap(): void {
  setFlagsFromString("--heap-growing-percent=20");
}
