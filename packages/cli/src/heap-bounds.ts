/**
 * Bounds the main thread's heap, before anything else is loaded, since loading alone lets it grow. What the command holds are typed arrays, which are
 * not in the heap, and the memory is better spent on rows. Threads have a bound of their own.
 *
 * A flag of Node's command line does not bound young objects: V8 reads the factor again when it has set up the heap.
 */
import { setFlagsFromString } from "node:v8";

// Young objects stay in the first 2 MB instead of growing to 32 and more: 27 MB less.
setFlagsFromString("--semi-space-growth-factor=1");
// Garbage is collected after a fifth more instead of up to four times as much: 321 MB became 225 in a backtest of 5,000 symbols.
setFlagsFromString("--heap-growing-percent=20");
