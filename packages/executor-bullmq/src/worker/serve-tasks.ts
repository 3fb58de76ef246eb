import { hostname } from "node:os";
import { AtcError, isAtcError, type QueueWorker, type ServeOptions, type TaskServer } from "@atc/contract";
import { type Job, UnrecoverableError } from "bullmq";
import { redisFault } from "../connection/connection-faults.ts";
import { longestBlockMs, type RedisConnection } from "../connection/redis-connection.ts";
import { settledWithin } from "../connection/settled-within.ts";
import type { DataPlane } from "../plane/data-plane.ts";
import { keyPrefix, newId, type QueueNames } from "../queue/names.ts";
import { taskOfJson } from "../queue/task-envelope.ts";
import { failureToText } from "../queue/task-failure.ts";
import type { WorkerRegistry } from "../queue/worker-registry.ts";
import { heldSlots } from "./held-slots.ts";
import { patientWorker } from "./patient-worker.ts";
import { runEnvelope } from "./run-envelope.ts";

/** What serves a queue besides the runner of tasks. */
export interface ServerParts {
  readonly connection: RedisConnection;
  readonly names: QueueNames;
  readonly plane: DataPlane | undefined;
  readonly workers: WorkerRegistry;
  readonly release: string;
  readonly lockMs: number;
}

/** Stalls that a task survives if its workers are alive: a stopped process, or a Redis that was away. */
const mostStalls = 10;
/** Milliseconds that a closing worker without tasks may take to deliver what they returned. */
const mostIdleMs = 5_000;
/** The same while Redis is away. Longer and larger results are in the shared directory. */
const mostLostMs = 1_000;
/** Milliseconds that the rest of the closing may take. */
const mostClosingMs = 1_000;
/** Milliseconds until a refusal of the server is reported again. */
const tellAgainMs = 10_000;
/** Workers that a task may end. */
const mostDeaths = 2;

/** Whether another worker, or the same one later, may succeed. */
function mayRepeat(error: unknown): boolean {
  return isAtcError(error) && typeof error.details["system"] === "string" && error.details["system"] !== "";
}

/** Serves a queue. */
export async function serveTasks(
  { connection, names, plane, workers, release, lockMs }: ServerParts,
  { runner, onEvent = () => undefined }: ServeOptions,
): Promise<TaskServer> {
  const id = newId();
  const slots = runner.concurrency;
  const startedAt = Date.now();
  const counts = { running: 0, done: 0, failed: 0 };
  const running = new Map<string, AbortController>();
  const slotsOfTasks = heldSlots();
  const describe = (): QueueWorker => ({
    id,
    host: hostname(),
    pid: process.pid,
    slots,
    release,
    startedAt,
    ...counts,
  });
  async function announce(): Promise<void> {
    const left = slotsOfTasks.left();
    if (left.length > 0) await workers.free(id, left);
    await workers.announce(describe());
  }

  async function checkDeaths(job: Job): Promise<void> {
    if (job.stalledCounter === 0) return;
    const deaths = await workers.deaths(job.id as string);
    if (deaths < mostDeaths) return;
    throw new AtcError("ATC_IO", `the task "${job.name}" ended ${deaths} workers, so it is set aside; correct it`, {
      details: { deaths },
    });
  }

  async function runJob(job: Job, slot: number, stop: AbortController): Promise<object> {
    const envelope = taskOfJson(job.data);
    await checkDeaths(job);
    // Sent before the task starts, so that a task which ends this process is on record. A server that is away must not
    // delay the result.
    void workers.hold(id, slot, job.id as string).catch(() => undefined);
    let sent: Promise<unknown> = Promise.resolve();
    const result = await runEnvelope(
      envelope,
      { runner, plane, release },
      {
        stop,
        isRepeated: job.stalledCounter > 0 || !/-1$/.test(job.id as string),
        onProgress(progress) {
          sent = sent.then(() => job.updateProgress({ ...progress })).catch(() => undefined);
        },
      },
    );
    await sent;
    return result;
  }

  async function processJob(job: Job): Promise<object> {
    const stop = new AbortController();
    const jobId = job.id as string;
    const slot = slotsOfTasks.take();
    running.set(jobId, stop);
    counts.running++;
    try {
      const result = await runJob(job, slot, stop);
      counts.done++;
      return result;
    } catch (thrown) {
      counts.failed++;
      const error = thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
      if (!stop.signal.aborted || !isAtcError(error, "ATC_ABORTED"))
        onEvent(`task "${job.name}" of ${jobId} failed: ${error.message}`);
      throw new UnrecoverableError(failureToText({ error, mayRepeat: mayRepeat(error) }));
    } finally {
      counts.running--;
      running.delete(jobId);
      slotsOfTasks.giveBack(slot);
    }
  }

  const clients = connection.group();
  const listener = clients.open();
  listener.on("message", (_channel, job) => running.get(job)?.abort());
  await listener.subscribe(names.cancellations);
  await announce();
  const worker = patientWorker({
    queue: names.tasks,
    client: clients.open(),
    processor: processJob,
    prefix: keyPrefix,
    concurrency: slots,
    lockDuration: lockMs,
    stalledInterval: Math.max(250, Math.round(lockMs / 3)),
    maxStalledCount: mostStalls,
    runRetryDelay: 1_000,
    drainDelay: longestBlockMs / 1000,
  });
  let toldAt = Number.NEGATIVE_INFINITY;
  worker.on("error", (error) => {
    if (error.name === "ReplyError") {
      if (performance.now() - toldAt < tellAgainMs) return;
      toldAt = performance.now();
      onEvent(`waiting for Redis: ${redisFault(error, connection.shown).message}`);
    } else if (/lock/i.test(error.message)) onEvent(`a task was too long without news of it: ${error.message}`);
  });
  const timer = setInterval(
    () => {
      if (connection.lostFor() === 0) void announce().catch(() => undefined);
    },
    Math.round(lockMs / 6),
  );
  let disposal: Promise<void> | undefined;

  /** Whether BullMQ closes before the worker has been without tasks for a while. */
  async function drain(closed: Promise<void>): Promise<boolean> {
    const stepMs = 100;
    for (let idleMs = 0; idleMs < (connection.lostFor() > 0 ? mostLostMs : mostIdleMs); idleMs += stepMs) {
      if (await settledWithin(closed, stepMs)) return true;
      if (counts.running > 0) idleMs = -stepMs;
    }
    return false;
  }

  /**
   * Waits for the running tasks, then ends. BullMQ waits for its connections, and a connection for a server that may
   * be away, silent or restarted, so all of them end at last: that rejects what BullMQ waits for.
   */
  async function close(): Promise<void> {
    const closed = worker.close();
    if (!(await drain(closed))) {
      clients.end();
      await settledWithin(closed, mostClosingMs);
    }
    clearInterval(timer);
    clients.end();
    if (connection.lostFor() === 0) await settledWithin(workers.withdraw(id), mostClosingMs);
  }

  return {
    worker: describe,
    [Symbol.asyncDispose]() {
      disposal ??= close();
      return disposal;
    },
  };
}
