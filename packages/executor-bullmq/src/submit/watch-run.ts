import { AtcError, type QueueRun, type QueueWorker } from "@atc/contract";
import { isServerFull, redisFault } from "../connection/connection-faults.ts";
import type { RedisConnection } from "../connection/redis-connection.ts";
import type { RunRegistry } from "../queue/run-registry.ts";
import type { WorkerRegistry } from "../queue/worker-registry.ts";
import type { JobBroker } from "./job-broker.ts";

/** What the watch of a run needs. */
export interface RunWatchOptions {
  readonly connection: RedisConnection;
  readonly broker: JobBroker;
  readonly workers: WorkerRegistry;
  readonly runs: RunRegistry;
  readonly release: string;
  readonly patienceMs: number;
  readonly record: () => QueueRun | undefined;
  readonly warn: (message: string) => void;
  /** Called once if the run cannot continue. */
  readonly onEnd: (error: AtcError) => void;
}

/** Looks after the open tasks of a run, once per second. */
export interface RunWatch extends Disposable {
  /** Number of workers that may take the tasks. */
  readonly workers: number;
  /** Number of slots of all of them; at least 1. */
  readonly slots: number;
  /** Counts the workers now. */
  count(): Promise<void>;
  /** Starts if it does not run. It ends by itself when no task is open. */
  start(): void;
}

const intervalMs = 1_000;
/** Milliseconds until the same warning is given again. */
const warnAgainMs = 10_000;
/** Milliseconds without a worker after which the user is warned, if there is so much patience. */
const mostSilentMs = 3_000;

function noWorker(others: readonly QueueWorker[], release: string, place: string): string {
  const releases = [...new Set(others.map((worker) => `"${worker.release}"`))].join(", ");
  const found = others.length === 0 ? "" : `; the ${others.length} registered are of release ${releases}`;
  return `no worker of release "${release}" serves the queue at ${place}${found}; start one: atc worker --redis ${place}`;
}

/** Creates the watch of a run. */
export function runWatch(options: RunWatchOptions): RunWatch {
  const { connection, broker, workers, runs, release, patienceMs, record, onEnd } = options;
  let slots = 1;
  let present = 0;
  let timer: NodeJS.Timeout | undefined;
  let isBusy = false;
  const warnMs = Math.min(mostSilentMs, patienceMs / 2);
  let aloneSince: number | undefined;
  let told = { message: "", at: 0 };

  function warn(message: string): void {
    const at = performance.now();
    if (message === told.message && at - told.at < warnAgainMs) return;
    told = { message, at };
    options.warn(message);
  }

  function warnOfRefusal(error: unknown): void {
    const fault = redisFault(error, connection.shown);
    if (isServerFull(error)) warn(`${fault.message}; running tasks end, and new ones are refused`);
    else if (fault.code !== "ATC_IO") warn(`${fault.message}; the run waits`);
  }

  async function count(): Promise<void> {
    const all = await workers.list();
    const own = all.filter((worker) => worker.release === release);
    present = own.length;
    slots = Math.max(
      1,
      own.reduce((sum, worker) => sum + worker.slots, 0),
    );
    if (own.length > 0) aloneSince = undefined;
    else {
      aloneSince ??= performance.now();
      const waited = performance.now() - aloneSince;
      const message = noWorker(all, release, connection.shown);
      if (broker.open > 0 && waited > warnMs) warn(message);
      if (broker.open > 0 && waited > patienceMs) onEnd(new AtcError("ATC_TIMEOUT", message));
    }
  }

  async function look(): Promise<void> {
    await count();
    const run = record();
    if (run !== undefined) {
      const { isCancelled, refusal } = await runs.report(run);
      if (isCancelled) onEnd(new AtcError("ATC_ABORTED", `the run ${run.id} was cancelled with "atc jobs cancel"`));
      if (refusal !== undefined) warnOfRefusal(refusal);
    }
    await broker.review();
  }

  async function tick(): Promise<void> {
    if (broker.open === 0) {
      stop();
      return;
    }
    if (connection.lostFor() > patienceMs) {
      const seconds = Math.round(patienceMs / 1000);
      const message = `Redis at ${connection.shown} was unreachable for ${seconds} s; run again when it is back`;
      onEnd(new AtcError("ATC_IO", message));
      return;
    }
    // A command waits for a lost connection, so the next tick would wait behind it.
    if (isBusy || connection.lostFor() > 0) return;
    isBusy = true;
    try {
      await look();
    } catch (error) {
      // The next tick tries again; a lost connection has its own limit.
      warnOfRefusal(error);
    } finally {
      isBusy = false;
    }
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    aloneSince = undefined;
  }

  return {
    get workers() {
      return present;
    },
    get slots() {
      return slots;
    },
    count,
    start() {
      timer ??= setInterval(() => void tick(), intervalMs);
    },
    [Symbol.dispose]: stop,
  };
}
