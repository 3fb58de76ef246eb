import { createRequire } from "node:module";
import { AtcError } from "@atc/contract";
import { fromPortableError, type PortableError } from "@atc/plugin-kit";
import type { Piscina, PiscinaTask, queueOptionsSymbol } from "piscina";
import type { Cells } from "../cancellation/cells.ts";
import { workerArguments, workerEntry } from "../worker/worker-entry.ts";
import type { WorkerBirth, WorkerCall } from "../worker/worker-message.ts";

const require = createRequire(import.meta.url);

/** Piscina, loaded when the first pool is made: a run that needs no thread starts 20 ms earlier without it. */
function piscina(): typeof import("piscina") {
  return require("piscina");
}

/** How a pool of threads is made. */
export interface ThreadPoolOptions {
  /** Threads at most; each is started when it is first needed. */
  readonly threads: number;
  /** MiB of heap that a worker may use; Node's default where undefined. */
  readonly maxHeapMiB: number | undefined;
  /** MiB of it for young objects; Node's default where undefined. */
  readonly maxYoungHeapMiB: number | undefined;
  /** The flags of all tasks. */
  readonly cells: Cells;
  /** Milliseconds that a worker may take to close what it opened. */
  readonly closeMs: number;
}

/** What is for one thread alone names it; a call takes any idle one. */
interface ThreadChoice {
  readonly [queueOptionsSymbol]: ThreadId;
}

interface ThreadId {
  readonly threadId: number;
}

/** Piscina with our calls: `run` gives the thread, `close` the error of closing. */
export type Pool = Piscina<WorkerCall | ThreadChoice, number | PortableError | undefined>;

/**
 * A piscina without threads yet. Threads stay once they are there: idle ones hold what their tasks have opened. Calls go to threads that have
 * started, which `hasStarted` tells: by itself piscina also hands them to one that is still starting, while others are idle.
 */
export function createPool(
  { threads, maxHeapMiB, maxYoungHeapMiB, cells }: ThreadPoolOptions,
  hasStarted: (threadId: number) => boolean,
): Pool {
  const workerData: WorkerBirth = { cells };
  const { Piscina } = piscina();
  return new Piscina<WorkerCall | ThreadChoice, number | PortableError | undefined>({
    filename: workerEntry(),
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

/** Options are named only where one is left out: of those named, Node refuses the ones that concern the whole process, such as `--expose-gc`. */
function inherited(arguments_: readonly string[]): { readonly execArgv?: string[] } {
  const execArgv = workerArguments(arguments_);
  return execArgv.length === arguments_.length ? {} : { execArgv };
}

function wantedThread(task: PiscinaTask): number | undefined {
  return (task[piscina().queueOptionsSymbol] as ThreadId | null)?.threadId;
}

/** Lets one idle thread close what its tasks left open; ATC_TIMEOUT where it takes more than `closeMs`, else what closing threw. */
export async function closeThread(pool: Pool, threadId: number, closeMs: number): Promise<void> {
  const kill = new AbortController();
  const timer = setTimeout(() => kill.abort(), closeMs);
  let error: number | PortableError | undefined;
  try {
    error = await pool.run({ [piscina().queueOptionsSymbol]: { threadId } }, { name: "close", signal: kill.signal });
  } catch (cause) {
    throw kill.signal.aborted
      ? new AtcError("ATC_TIMEOUT", `a worker did not close what it opened within ${closeMs} ms and was ended`, {
          cause,
        })
      : new AtcError("ATC_IO", "a worker ended while it closed what it had opened", { cause });
  } finally {
    clearTimeout(timer);
  }
  if (typeof error === "object") throw fromPortableError(error);
}
