import { availableParallelism } from "node:os";
import { AtcError } from "@atc/contract";

/** Options of {@link inlineExecutor}. */
export interface InlineExecutorOptions {
  /** The URL of the task module of each package, for example `import.meta.resolve("@atc/runtime/tasks")`. */
  readonly modules: Readonly<Record<string, string>>;
}

/** Options of {@link workerExecutor}. */
export interface WorkerExecutorOptions extends InlineExecutorOptions {
  /** Worker threads, 1 to 1024; default: one per core. Each starts when it is first needed. */
  readonly threads?: number | undefined;
  /** Milliseconds until the worker of a cancelled task is killed; default: 2000. 0 kills at once. */
  readonly graceMs?: number | undefined;
  /** Milliseconds that a worker may take to dispose its modules when the executor is disposed; default: 10,000. */
  readonly closeMs?: number | undefined;
  /** MiB of heap per worker, without typed arrays; default: Node's. */
  readonly maxHeapMiB?: number | undefined;
  /**
   * MiB of heap for young objects per worker; default: Node's, about 48. For work on typed arrays, 3 is enough and
   * saves memory; V8 rounds it to 2 MB.
   */
  readonly maxYoungHeapMiB?: number | undefined;
}

/** Valid options with defaults filled in. */
export interface CheckedOptions {
  readonly modules: Readonly<Record<string, string>>;
  readonly threads: number;
  readonly graceMs: number;
  readonly closeMs: number;
  readonly maxHeapMiB: number | undefined;
  readonly maxYoungHeapMiB: number | undefined;
}

/** The longest delay of a timer. */
const longestMs = 2 ** 31 - 1;

/** Checks options and fills in defaults; ATC_INVALID_ARGUMENT names the member. */
export function checkOptions(options: WorkerExecutorOptions): CheckedOptions {
  const { threads = availableParallelism(), graceMs = 2000, closeMs = 10_000, maxHeapMiB, maxYoungHeapMiB } = options;
  checkInteger("threads", threads, 1, 1024);
  checkInteger("graceMs", graceMs, 0, longestMs);
  checkInteger("closeMs", closeMs, 1, longestMs);
  if (maxHeapMiB !== undefined) checkInteger("maxHeapMiB", maxHeapMiB, 16, 2 ** 20);
  if (maxYoungHeapMiB !== undefined) checkInteger("maxYoungHeapMiB", maxYoungHeapMiB, 1, 2 ** 20);
  return { modules: checkModules(options.modules), threads, graceMs, closeMs, maxHeapMiB, maxYoungHeapMiB };
}

/** A copy of the modules by package; ATC_INVALID_ARGUMENT if a value is not a URL. */
export function checkModules(modules: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (typeof modules !== "object" || modules === null)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `"modules" must be an object that maps packages to URLs, not "${String(modules)}"`,
    );
  for (const [name, url] of Object.entries(modules))
    if (typeof url !== "string" || !/^(file|data|node):/.test(url) || !URL.canParse(url))
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `the module of "${name}" must be a file URL, such as one from import.meta.resolve, not "${String(url)}"`,
      );
  return { ...modules };
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new AtcError("ATC_INVALID_ARGUMENT", `"${name}" must be an integer from ${least} to ${most}, not "${value}"`);
}
