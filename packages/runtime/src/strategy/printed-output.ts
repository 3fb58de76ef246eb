import { Console } from "node:console";
import { isMainThread } from "node:worker_threads";

let isDone = false;

/**
 * What code of the user's prints on this thread goes to standard error from now on: standard output has the results,
 * and a `console.log` in a strategy would break those of `--json`. On the main thread, which belongs to the caller,
 * nothing changes.
 */
export function printToStandardError(): void {
  if (isMainThread || isDone) return;
  isDone = true;
  const { stderr } = process;
  globalThis.console = new Console(stderr);
  Object.defineProperty(process, "stdout", { value: stderr, configurable: true, enumerable: true });
}
