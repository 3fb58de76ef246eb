import { availableParallelism } from "node:os";
import { AtcError } from "@atc/contract";

/** Where an executor finds its tasks. */
export interface InlineExecutorOptions {
  /** For each package, the URL of the module whose exports are its tasks: `import.meta.resolve("@atc/runtime/tasks")`. */
  readonly modules: Readonly<Record<string, string>>;
}

/** How worker threads run tasks. */
export interface WorkerExecutorOptions extends InlineExecutorOptions {
  /** Worker threads, 1 to 1024; as many as there are cores by default. Each is started when it is first needed. */
  readonly threads?: number | undefined;
  /** Milliseconds that a cancelled task may go on before its worker is killed; 2000 by default, 0 kills at once. */
  readonly graceMs?: number | undefined;
  /** Milliseconds that a worker may take to close what it opened when the executor is disposed; 10,000 by default. */
  readonly closeMs?: number | undefined;
  /** MiB of heap of each worker, typed arrays not counted; Node's default where undefined. */
  readonly maxHeapMiB?: number | undefined;
  /**
   * MiB of each worker's heap for young objects; Node's default, about 48, where undefined. Workers on typed arrays do with 3, which V8 makes
   * 2 MB, so that several fit in little memory.
   */
  readonly maxYoungHeapMiB?: number | undefined;
}

/** Options whose values hold. */
export interface CheckedOptions {
  /** The modules by package. */
  readonly modules: Readonly<Record<string, string>>;
  /** Threads. */
  readonly threads: number;
  /** Milliseconds until a cancelled task's worker is killed. */
  readonly graceMs: number;
  /** Milliseconds for closing. */
  readonly closeMs: number;
  /** MiB. */
  readonly maxHeapMiB: number | undefined;
  /** MiB. */
  readonly maxYoungHeapMiB: number | undefined;
}

/** A timer waits no longer. */
const longestMs = 2 ** 31 - 1;

/** Checks the options and fills in defaults; ATC_INVALID_ARGUMENT names the member. */
export function checkOptions(options: WorkerExecutorOptions): CheckedOptions {
  const { threads = availableParallelism(), graceMs = 2000, closeMs = 10_000, maxHeapMiB, maxYoungHeapMiB } = options;
  checkInteger("threads", threads, 1, 1024);
  checkInteger("graceMs", graceMs, 0, longestMs);
  checkInteger("closeMs", closeMs, 1, longestMs);
  if (maxHeapMiB !== undefined) checkInteger("maxHeapMiB", maxHeapMiB, 16, 2 ** 20);
  if (maxYoungHeapMiB !== undefined) checkInteger("maxYoungHeapMiB", maxYoungHeapMiB, 1, 2 ** 20);
  return { modules: checkModules(options.modules), threads, graceMs, closeMs, maxHeapMiB, maxYoungHeapMiB };
}

/** A copy of the modules by package; ATC_INVALID_ARGUMENT for a value that is no URL. */
export function checkModules(modules: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (typeof modules !== "object" || modules === null)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `"modules" must be an object of URLs by package, not "${String(modules)}"`,
    );
  for (const [name, url] of Object.entries(modules))
    if (typeof url !== "string" || !/^(file|data|node):/.test(url) || !URL.canParse(url))
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `the module of "${name}" must be a file URL such as import.meta.resolve gives, not "${String(url)}"`,
      );
  return { ...modules };
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new AtcError("ATC_INVALID_ARGUMENT", `"${name}" must be an integer from ${least} to ${most}, not "${value}"`);
}
