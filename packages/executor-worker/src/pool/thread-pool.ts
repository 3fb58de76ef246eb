import type { ProgressListener } from "@atc/contract";
import { toPortableError } from "@atc/plugin-kit";
import { hasStarted } from "../cancellation/cells.ts";
import { movableBuffers } from "../tasks/movable.ts";
import type { WorkerCall, WorkerReply } from "../worker/worker-message.ts";
import { closeThread, createPool, type ThreadPoolOptions } from "./piscina-pool.ts";
import { createPortRegistry, isWorkerPorts } from "./worker-ports.ts";

/** How one call ended. */
export type CallOutcome =
  | { readonly kind: "replied"; readonly reply: WorkerReply }
  /** The worker ended in the middle: it crashed, exited, ran out of memory or was killed. */
  | { readonly kind: "ended"; readonly cause: unknown }
  /** No worker could be started for it. */
  | { readonly kind: "unstarted"; readonly cause: unknown }
  /** The input is what no structured clone can hold. */
  | { readonly kind: "unsent"; readonly cause: unknown };

/** One call, but its number. */
interface PoolCall {
  /** What the worker is sent. */
  readonly call: Omit<WorkerCall, "id" | "progress">;
  /** Buffers that move. */
  readonly transfer: readonly ArrayBuffer[];
  /** Ends the thread that runs the call. */
  readonly kill: AbortController;
  /** Hears of progress, all of it before the call has ended. Must not throw. */
  readonly onProgress: ProgressListener | undefined;
}

/** Worker threads, each running one call at a time. */
export interface ThreadPool {
  /** Runs a call in a free thread. Never rejects. */
  run(poolCall: PoolCall): Promise<CallOutcome>;
  /** Lets each thread close what it opened, then ends it; throws the first error of closing. No call may be running. */
  close(): Promise<void>;
}

interface InFlight extends PoolCall {
  unstarted: boolean;
}

/** What stands for a reply that was sent but cannot be read. */
const unreadable: WorkerReply = {
  kind: "uncloneable",
  error: toPortableError(new Error("it was sent, but cannot be read")),
};

/** A pool over piscina. The caller never runs more calls at once than there are threads, so piscina's own queue stays empty but for starting threads. */
export function createThreadPool(options: ThreadPoolOptions): ThreadPool {
  const { cells, closeMs } = options;
  const inFlight = new Map<number, InFlight>();
  let calls = 0;
  let lastError: unknown;
  const ports = createPortRegistry(({ id, progress }) => inFlight.get(id)?.onProgress?.(progress));
  const pool = createPool(options, ports.has);
  pool.on("error", (error) => {
    lastError = error;
  });
  pool.on("message", (message: unknown) => {
    if (isWorkerPorts(message)) ports.add(message);
  });
  // A worker that dies while it starts has no call yet: piscina would leave the calls that wait for it in its queue for ever.
  pool.on("workerDestroy", () => setImmediate(giveUpWaiting));
  function giveUpWaiting(): void {
    if (pool.threads.length > 0) return;
    for (const flight of inFlight.values())
      if (!hasStarted(cells, flight.call.place)) {
        flight.unstarted = true;
        flight.kill.abort();
      }
  }
  return {
    async run(poolCall) {
      const { call, transfer, kill, onProgress } = poolCall;
      const id = calls++;
      const flight: InFlight = { ...poolCall, unstarted: false };
      inFlight.set(id, flight);
      try {
        const message: WorkerCall = { ...call, id, progress: onProgress !== undefined };
        const threadId = await pool.run(message, {
          name: "run",
          transferList: movableBuffers(transfer),
          signal: kill.signal,
        });
        return { kind: "replied", reply: ports.takeReply(threadId) ?? unreadable };
      } catch (cause) {
        if (flight.unstarted) return { kind: "unstarted", cause: lastError };
        return { kind: isRefusal(cause) && !hasStarted(cells, call.place) ? "unsent" : "ended", cause };
      } finally {
        inFlight.delete(id);
      }
    },
    async close() {
      const started = pool.threads.map(({ threadId }) => threadId).filter((threadId) => ports.has(threadId));
      const closed = await Promise.allSettled(started.map((threadId) => closeThread(pool, threadId, closeMs)));
      await pool.destroy();
      for (const outcome of closed) if (outcome.status === "rejected") throw outcome.reason;
    },
  };
}

/** Whether the call was refused before it was sent, by the platform's structured clone or by ourselves. */
function isRefusal(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof Error && error.name === "DataCloneError");
}
