import { AtcError, type Task, type TaskContext, type TaskModule, type TaskRef } from "@atc/contract";

/** A task and the module that exports it. */
export interface TaskCall {
  /** The reference as the caller gave it: `@atc/backtest#runSymbol`. */
  readonly task: string;
  /** The version that the caller requires. */
  readonly version: number;
  /** The URL of the module. */
  readonly url: string;
  /** The name of the exported function. */
  readonly name: string;
}

/** Finds the module of a task. ATC_INVALID_ARGUMENT for a malformed reference, ATC_NOT_FOUND for an unknown package. */
export function locateTask(modules: Readonly<Record<string, string>>, { task, version }: TaskRef): TaskCall {
  const parts = task.split("#");
  const [packageName, name] = parts;
  if (parts.length !== 2 || !packageName || !name)
    throw new AtcError("ATC_INVALID_ARGUMENT", `task "${task}" does not have the form "package#function"`);
  if (!Number.isSafeInteger(version) || version < 1)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `task "${task}": its version must be an integer from 1, not "${version}"`,
    );
  const url = Object.hasOwn(modules, packageName) ? modules[packageName] : undefined;
  if (url === undefined) {
    const known = Object.keys(modules);
    throw new AtcError(
      "ATC_NOT_FOUND",
      `task "${task}": package "${packageName}" has no task module; known packages: ${list(known)}`,
      { details: { task, package: packageName, packages: known } },
    );
  }
  return { task, version, url, name };
}

/** The task modules that a thread has loaded. */
export interface TaskModules {
  /**
   * Runs a task and returns its result.
   *
   * @throws ATC_NOT_FOUND if the module has no such function; ATC_UNSUPPORTED if it cannot be loaded or has another
   * version of the task; the error of the task
   */
  run(call: TaskCall, input: unknown, context: TaskContext): Promise<unknown>;
  /** Calls `disposeWorker` of all loaded modules, the last loaded first. Throws the first error after the last call. */
  dispose(): Promise<void>;
}

type Namespace = TaskModule & Readonly<Record<string, unknown>>;

/** Loads each module once, with its first task. */
export function createTaskModules(): TaskModules {
  const loaded = new Map<string, Namespace>();
  async function load({ task, url }: TaskCall): Promise<Namespace> {
    const present = loaded.get(url);
    if (present !== undefined) return present;
    try {
      const namespace: Namespace = await import(url);
      loaded.set(url, namespace);
      return namespace;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const [packageName] = task.split("#") as [string];
      throw new AtcError(
        "ATC_UNSUPPORTED",
        `task "${task}": cannot load its module "${url}": ${reason}; reinstall ${packageName}`,
        { cause, details: { task, package: packageName, url } },
      );
    }
  }
  return {
    async run(call, input, context) {
      const namespace = await load(call);
      return await functionOf(namespace, call)(input, context);
    },
    async dispose() {
      const errors: unknown[] = [];
      for (const { disposeWorker } of [...loaded.values()].reverse())
        try {
          await disposeWorker?.();
        } catch (error) {
          errors.push(error);
        }
      loaded.clear();
      if (errors.length > 0) throw errors[0];
    },
  };
}

function functionOf(namespace: Namespace, { task, version, name, url }: TaskCall): Task<unknown, unknown> {
  const found = isTaskName(namespace, name) ? (namespace[name] as Task<unknown, unknown>) : undefined;
  if (found === undefined) {
    const tasks = Object.keys(namespace).filter((key) => isTaskName(namespace, key));
    throw new AtcError(
      "ATC_NOT_FOUND",
      `task "${task}": "${url}" exports no function "${name}"; its tasks: ${list(tasks)}`,
      {
        details: { task, tasks },
      },
    );
  }
  const present = found.version ?? 1;
  if (present !== version)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `task "${task}" has version ${present}, not ${version}; install the same release for callers and workers`,
      { details: { task, version, present } },
    );
  return found;
}

function isTaskName(namespace: Namespace, name: string): boolean {
  return name !== "disposeWorker" && Object.hasOwn(namespace, name) && typeof namespace[name] === "function";
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.map((name) => `"${name}"`).join(", ");
}
