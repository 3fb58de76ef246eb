import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AtcError } from "@atc/contract";

/** The path of the compiled entry of worker threads: beside this module in `dist`, or in `dist` where this module runs as source. */
export function workerEntry(): string {
  const { url } = import.meta;
  const path = fileURLToPath(new URL(url.endsWith(".ts") ? "../../dist/worker/worker.js" : "./worker.js", url));
  if (!existsSync(path))
    throw new AtcError(
      "ATC_NOT_FOUND",
      `the entry of worker threads "${path}" is missing; build the package with "tsc -b"`,
    );
  return path;
}

const sourceCondition = "@atc/source";

/** Node's own options for workers: those of this process, without the condition under which packages resolve to their sources (as tests do). */
export function workerArguments(arguments_: readonly string[]): string[] {
  return arguments_.filter((argument, i) => {
    if (argument === `--conditions=${sourceCondition}`) return false;
    const [flag, value] = argument === sourceCondition ? [arguments_[i - 1], argument] : [argument, arguments_[i + 1]];
    return !((flag === "--conditions" || flag === "-C") && value === sourceCondition);
  });
}
