import type { ProgressListener } from "@atc/contract";
import { toPortableError } from "@atc/plugin-kit";
import { hasStarted } from "../cancellation/task-flags.ts";
import { movableBuffers } from "../tasks/movable-buffers.ts";
import type { WorkerCall, WorkerReply } from "../worker/worker-message.ts";
import { closeThread, createPool, type ThreadPoolOptions } from "./piscina-pool.ts";
import { createPortRegistry, isWorkerPorts } from "./worker-ports.ts";

/** How one call ended. */
export type CallOutcome =
  | { readonly kind: "replied"; readonly reply: WorkerReply }
  /** The worker ended before it replied: it crashed, exited, ran out of memory or was killed. */
  | { readonly kind: "ended"; readonly cause: unknown }
  /** No worker could be started. */
  | { readonly kind: "unstarted"; readonly cause: unknown }
  /** The input cannot be cloned. */
  | { readonly kind: "unsent"; readonly cause: unknown };

/** One call. */
interface PoolCall {
  /** The message to the worker. */
  readonly call: Omit<WorkerCall, "id" | "progress">;
  /** Buffers that move to the worker. */
  readonly transfer: readonly ArrayBuffer[];
  /** Aborted to kill the thread that runs the call. */
  readonly kill: AbortController;
  /** Receives all progress before the call ends. Must not throw. */
  readonly onProgress: ProgressListener | undefined;
}

/** Worker threads, each running one call at a time. */
export interface ThreadPool {
  /** Runs a call in a free thread. Never rejects. */
  run(poolCall: PoolCall): Promise<CallOutcome>;
  /** Disposes the modules of each thread, then ends it. Throws the first error of closing. No call may be running. */
  close(): Promise<void>;
}

interface InFlight extends PoolCall {
  unstarted: boolean;
}

/** Replaces a reply that was sent but cannot be read. */
const unreadable: WorkerReply = {
  kind: "uncloneable",
  error: toPortableError(new Error("it was sent but cannot be read")),
};

/**
 * A pool over piscina. Callers run at most one call per thread, so piscina's own queue holds only calls for starting
 * threads.
 */
export function createThreadPool(options: ThreadPoolOptions): ThreadPool {
  const { flags, closeMs } = options;
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
  // A worker that dies while it starts has no call yet. Piscina would keep the calls that wait for it forever.
  pool.on("workerDestroy", () => setImmediate(giveUpWaiting));
  function giveUpWaiting(): void {
    if (pool.threads.length > 0) return;
    for (const flight of inFlight.values())
      if (!hasStarted(flags, flight.call.slot)) {
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
        return { kind: isRefusal(cause) && !hasStarted(flags, call.slot) ? "unsent" : "ended", cause };
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

/** Whether structured clone or `movableBuffers` refused the call before it was sent. */
function isRefusal(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof Error && error.name === "DataCloneError");
}
