import { createRequire } from "node:module";
import { AtcError } from "@atc/contract";
import { fromPortableError, type PortableError } from "@atc/plugin-kit";
import type { Piscina, PiscinaTask, queueOptionsSymbol } from "piscina";
import type { TaskFlags } from "../cancellation/task-flags.ts";
import { workerArguments, workerEntry } from "../worker/worker-entry.ts";
import type { WorkerCall, WorkerStart } from "../worker/worker-message.ts";

const require = createRequire(import.meta.url);

/** Loads piscina with the first pool: a run without threads starts 20 ms earlier without it. */
function piscina(): typeof import("piscina") {
  return require("piscina");
}

/** Options of a pool of threads. */
export interface ThreadPoolOptions {
  /** The most threads; each starts when it is first needed. */
  readonly threads: number;
  /** MiB of heap per worker; default: Node's. */
  readonly maxHeapMiB: number | undefined;
  /** MiB of heap for young objects per worker; default: Node's. */
  readonly maxYoungHeapMiB: number | undefined;
  /** The flags of all tasks. */
  readonly flags: TaskFlags;
  /** Milliseconds that a worker may take to dispose its modules. */
  readonly closeMs: number;
}

/** A message for one thread names it; a call runs on any idle thread. */
interface ThreadChoice {
  readonly [queueOptionsSymbol]: ThreadId;
}

interface ThreadId {
  readonly threadId: number;
}

/** Piscina with the exports of the worker: `run` returns the thread id, `close` the error of closing. */
export type Pool = Piscina<WorkerCall | ThreadChoice, number | PortableError | undefined>;

/**
 * A pool without threads yet. Threads stay once they run: idle ones keep what their tasks opened. `hasStarted`
 * restricts calls to threads that have started. By itself, piscina also assigns calls to a thread that is still
 * starting.
 */
export function createPool(
  { threads, maxHeapMiB, maxYoungHeapMiB, flags }: ThreadPoolOptions,
  hasStarted: (threadId: number) => boolean,
): Pool {
  const workerData: WorkerStart = { flags };
  const { Piscina } = piscina();
  return new Piscina<WorkerCall | ThreadChoice, number | PortableError | undefined>({
    filename: workerEntry(),
    name: "run", // a thread has started once it has loaded this export
    ...inherited(process.execArgv),
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    recordTiming: false,
    workerData,
    resourceLimits: {
      ...(maxHeapMiB === undefined ? {} : { maxOldGenerationSizeMb: maxHeapMiB }),
      ...(maxYoungHeapMiB === undefined ? {} : { maxYoungGenerationSizeMb: maxYoungHeapMiB }),
    },
    loadBalancer: (task, workers) => {
      const wanted = wantedThread(task);
      const fits = (id: number): boolean => (wanted === undefined ? hasStarted(id) : id === wanted);
      return workers.find(({ id, currentUsage }) => currentUsage === 0 && fits(id)) ?? null;
    },
  });
}

/** Passes options on only if one is left out: Node refuses explicit process-wide ones, such as `--expose-gc`. */
function inherited(arguments_: readonly string[]): { readonly execArgv?: string[] } {
  const execArgv = workerArguments(arguments_);
  return execArgv.length === arguments_.length ? {} : { execArgv };
}

function wantedThread(task: PiscinaTask): number | undefined {
  return (task[piscina().queueOptionsSymbol] as ThreadId | null)?.threadId;
}

/** Disposes the modules of one idle thread. ATC_TIMEOUT if it takes more than `closeMs`, else the error of closing. */
export async function closeThread(pool: Pool, threadId: number, closeMs: number): Promise<void> {
  const kill = new AbortController();
  const timer = setTimeout(() => kill.abort(), closeMs);
  let error: number | PortableError | undefined;
  try {
    error = await pool.run({ [piscina().queueOptionsSymbol]: { threadId } }, { name: "close", signal: kill.signal });
  } catch (cause) {
    throw kill.signal.aborted
      ? new AtcError("ATC_TIMEOUT", `a worker did not close within ${closeMs} ms and was killed`, {
          cause,
        })
      : new AtcError("ATC_IO", "a worker ended while it was closing", { cause });
  } finally {
    clearTimeout(timer);
  }
  if (typeof error === "object") throw fromPortableError(error);
}
