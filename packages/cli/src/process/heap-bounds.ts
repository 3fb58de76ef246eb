/**
 * Bounds the main thread's heap, before anything else is loaded, since loading alone lets it grow. What the command holds are typed arrays, which are
 * not in the heap, and the memory is better spent on rows. Threads have a bound of their own.
 *
 * A flag of Node's command line does not bound young objects: V8 reads the factor again when it has set up the heap.
 */
import { setFlagsFromString } from "node:v8";

// Young objects stay in the first 2 MB instead of growing to 32 and more: 27 MB less.
setFlagsFromString("--semi-space-growth-factor=1");

/**
 * Has garbage collected after the heap of old objects has grown by a fifth instead of up to four times: 321 MB became 225 in a backtest of 5,000 symbols.
 * To be called when symbols are computed, where objects pile up with the symbols: looking for garbage costs a run out of the cache 40 ms and an ingest 2 %
 * of its time.
 */
export function boundOldHeap(): void {
  setFlagsFromString("--heap-growing-percent=20");
}
