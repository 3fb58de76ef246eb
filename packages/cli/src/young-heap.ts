/**
 * Bounds the main thread's heap for young objects, before anything else is loaded, which alone lets it grow: it stays at its first 2 MB instead of growing to 32 and more. What
 * the command holds are typed arrays, which are not in it, and the memory is better spent on rows. Threads have a bound of their own.
 *
 * A flag of Node's command line does not do it: V8 reads the factor again when it has set up the heap.
 */
import { setFlagsFromString } from "node:v8";

setFlagsFromString("--semi-space-growth-factor=1");
