import { createRequire } from "node:module";
import { AtcError } from "@atc/contract";

/**
 * The path of the compiled entry of worker threads. The package resolves itself by name: the export `./worker` has no
 * source condition, so it is the file in `dist` even if this module runs as source.
 */
export function workerEntry(): string {
  try {
    return createRequire(import.meta.url).resolve("@atc/executor-worker/worker");
  } catch (cause) {
    const message = 'the entry of worker threads is missing; reinstall @atc/executor-worker, or build it with "tsc -b"';
    throw new AtcError("ATC_UNSUPPORTED", message, { cause });
  }
}

const sourceCondition = "@atc/source";

/**
 * Node options for workers: those of this process, without the condition that resolves packages to their sources, as
 * tests do. Threads run compiled code only.
 */
export function workerArguments(arguments_: readonly string[]): string[] {
  return arguments_.filter((argument, i) => {
    if (argument === `--conditions=${sourceCondition}`) return false;
    const [flag, value] = argument === sourceCondition ? [arguments_[i - 1], argument] : [argument, arguments_[i + 1]];
    return !((flag === "--conditions" || flag === "-C") && value === sourceCondition);
  });
}
