import { setTimeout as delay } from "node:timers/promises";
import type { ProgressListener } from "@atc/contract";
import { Job, Queue, QueueEvents } from "bullmq";
import { redisFault } from "../connection/connection-faults.ts";
import { longestBlockMs, type RedisConnection } from "../connection/redis-connection.ts";
import { settledWithin } from "../connection/settled-within.ts";
import { keyPrefix, type QueueNames } from "../queue/names.ts";
import { resultToJson, type TaskEnvelope, taskToJson } from "../queue/task-envelope.ts";

/** How a job ended. */
export type JobOutcome =
  | { readonly kind: "completed"; readonly data: unknown }
  | { readonly kind: "failed"; readonly text: string }
  /** It was withdrawn, or the queue refused it. */
  | { readonly kind: "gone"; readonly error: Error | undefined };

/** A job that is not settled. */
interface OpenJob {
  readonly id: string;
  readonly envelope: TaskEnvelope;
  readonly onProgress: ProgressListener | undefined;
  settle(outcome: JobOutcome): void;
  /** Whether Redis has it. */
  isAdded: boolean;
  isWithdrawn: boolean;
  /** Whether its result was stored when the queue was last asked, although the queue does not have its end. */
  isStored: boolean;
  /** When the queue last sent something about it, or was last asked. */
  heardAt: number;
}

/** What {@link JobBroker.run} needs. */
interface JobOptions {
  readonly id: string;
  readonly onProgress: ProgressListener | undefined;
}

/** Puts jobs into the queue and awaits their ends. Every job settles exactly once. */
export interface JobBroker extends AsyncDisposable {
  /** Runs a job. Never rejects. */
  run(envelope: TaskEnvelope, options: JobOptions): Promise<JobOutcome>;
  /** Takes a waiting job out of the queue, or asks its worker to end it. */
  withdraw(id: string): void;
  /** Settles all jobs with an error, and takes them out of the queue. */
  abandon(error: Error): void;
  /** Asks for jobs without news for a while, and adds those again that the queue has lost. */
  review(): Promise<void>;
  /** Number of jobs that are not settled. */
  readonly open: number;
}

/** How a broker works. */
export interface JobBrokerOptions {
  readonly connection: RedisConnection;
  readonly names: QueueNames;
  readonly priority: number;
  readonly lockMs: number;
  /** Whether the data plane has the result of a task. */
  readonly isStored: (key: string) => Promise<boolean>;
  /** Called for each job that is added again. */
  readonly onRepeat: () => void;
}

/** Finished jobs that the queue remembers, for submitters that missed the event. */
const remembered = { count: 500 };
/** Events that the queue remembers. */
const mostEvents = 10_000;
/** Milliseconds without news of a job after which the queue is asked. */
const silenceMs = 3_000;
/** Milliseconds that BullMQ may take to close. */
const mostClosingMs = 1_000;
/** Jobs to ask for at once. */
const mostAsked = 100;

/** Creates a broker. It listens to the queue from its first job on. */
export function jobBroker({ connection, names, priority, lockMs, isStored, onRepeat }: JobBrokerOptions): JobBroker {
  const { client } = connection;
  const queue = new Queue(names.tasks, {
    connection: client,
    prefix: keyPrefix,
    streams: { events: { maxLen: mostEvents } },
  });
  queue.on("error", () => undefined);
  const open = new Map<string, OpenJob>();
  const closing = new AbortController();
  const listeners = connection.group();
  let listening: Promise<QueueEvents> | undefined;

  async function listen(): Promise<QueueEvents> {
    const reader = listeners.open();
    const [seconds] = await reader.time();
    const lastEventId = `${1000 * Number(seconds)}-0`;
    const events = new QueueEvents(names.tasks, {
      connection: reader,
      prefix: keyPrefix,
      lastEventId,
      blockingTimeout: longestBlockMs,
      autorun: false,
    });
    events.on("error", () => undefined);
    events.on("completed", ({ jobId, returnvalue }) =>
      open.get(jobId)?.settle({ kind: "completed", data: returnvalue }),
    );
    events.on("failed", ({ jobId, failedReason }) => open.get(jobId)?.settle({ kind: "failed", text: failedReason }));
    events.on("progress", ({ jobId, data }) => {
      const job = open.get(jobId);
      if (job === undefined) return;
      job.heardAt = performance.now();
      job.onProgress?.(data as Parameters<ProgressListener>[0]);
    });
    try {
      await events.waitUntilReady();
    } catch (error) {
      void events.close().catch(() => undefined);
      throw error;
    }
    void keepReading(events);
    return events;
  }

  /** BullMQ stops reading after an error of the server, such as one that is still loading its data. */
  async function keepReading(events: QueueEvents): Promise<void> {
    while (!closing.signal.aborted) {
      await events.run().catch(() => undefined);
      await delay(500, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  /** Adds a job after the queue is listened to. While the server is away, it waits like any command. */
  async function begin(job: OpenJob): Promise<void> {
    while (open.get(job.id) === job) {
      listening ??= listen();
      const attempt = listening;
      try {
        await attempt;
        return await add(job);
      } catch (error) {
        if (listening === attempt) listening = undefined;
        const fault = redisFault(error, connection.shown);
        if (fault.code !== "ATC_IO") job.settle({ kind: "gone", error: fault });
        else await delay(500, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  async function add(job: OpenJob): Promise<void> {
    const [, name = "task"] = job.envelope.ref.task.split("#");
    try {
      await queue.add(name, taskToJson(job.envelope), {
        jobId: job.id,
        attempts: 1,
        stackTraceLimit: 0,
        removeOnComplete: remembered,
        removeOnFail: remembered,
        ...(priority === 0 ? {} : { priority }),
      });
      job.isAdded = true;
      job.heardAt = performance.now();
      if (job.isWithdrawn) void takeBack(job);
    } catch (error) {
      job.settle({ kind: "gone", error: redisFault(error, connection.shown) });
    }
  }

  async function takeBack(job: OpenJob): Promise<void> {
    const until = performance.now() + 2 * lockMs + 10_000;
    for (let pause = 50; open.get(job.id) === job && performance.now() < until; pause = Math.min(2 * pause, 1000)) {
      if (connection.lostFor() > 0) break;
      const removed = await queue.remove(job.id).catch(() => 0);
      if (removed === 1) break;
      await client.publish(names.cancellations, job.id).catch(() => 0);
      await delay(pause);
    }
    job.settle({ kind: "gone", error: undefined });
  }

  function withdraw(job: OpenJob): void {
    if (job.isWithdrawn) return;
    job.isWithdrawn = true;
    if (job.isAdded) void takeBack(job);
    else if (connection.lostFor() > 0) job.settle({ kind: "gone", error: undefined });
  }

  async function ask(job: OpenJob): Promise<void> {
    const found = await Job.fromId(queue, job.id);
    if (open.get(job.id) !== job || job.isWithdrawn) return;
    job.heardAt = performance.now();
    if (found === undefined) {
      onRepeat();
      job.isAdded = false;
      await add(job);
    } else if (found.finishedOn !== undefined)
      job.settle(
        found.failedReason === undefined || found.failedReason === ""
          ? { kind: "completed", data: found.returnvalue }
          : { kind: "failed", text: found.failedReason },
      );
    else await askPlane(job);
  }

  /**
   * A worker that lost its lock stores the result, and the queue does not take its end. The task would go to another
   * worker, which a full server does not allow. The end of a task follows its result at once, so it is not yet lost
   * the first time.
   */
  async function askPlane(job: OpenJob): Promise<void> {
    const wasStored = job.isStored;
    job.isStored = await isStored(job.envelope.key);
    if (wasStored && job.isStored)
      job.settle({ kind: "completed", data: resultToJson({ inline: undefined, costMs: 0 }) });
  }

  return {
    get open() {
      return open.size;
    },
    async run(envelope, { id, onProgress }) {
      return await new Promise((resolve) => {
        const settle = (outcome: JobOutcome): void => {
          if (open.get(id) !== job) return;
          open.delete(id);
          resolve(outcome);
        };
        const job: OpenJob = {
          id,
          envelope,
          onProgress,
          settle,
          isAdded: false,
          isWithdrawn: false,
          isStored: false,
          heardAt: performance.now(),
        };
        open.set(id, job);
        void begin(job);
      });
    },
    withdraw(id) {
      const job = open.get(id);
      if (job !== undefined) withdraw(job);
    },
    abandon(error) {
      for (const job of [...open.values()]) {
        if (job.isAdded && connection.lostFor() === 0) {
          void queue.remove(job.id).catch(() => 0);
          void client.publish(names.cancellations, job.id).catch(() => 0);
        }
        job.settle({ kind: "gone", error });
      }
    },
    async review() {
      const now = performance.now();
      const silent = [...open.values()].filter(({ isAdded, heardAt }) => isAdded && now - heardAt > silenceMs);
      await Promise.all(silent.slice(0, mostAsked).map(ask));
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      // This also rejects what still waits for the server in order to listen.
      listeners.end();
      const events = await listening?.catch(() => undefined);
      if (events !== undefined) await settledWithin(events.close(), mostClosingMs);
      await settledWithin(queue.close(), mostClosingMs);
    },
  };
}
