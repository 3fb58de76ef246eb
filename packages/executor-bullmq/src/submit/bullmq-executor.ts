import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { AtcError, type Executor, type PluginHost, type SubmitOptions, type TaskRef } from "@atc/contract";
import { redisAddress } from "../connection/redis-address.ts";
import { connectRedis, longestBlockMs } from "../connection/redis-connection.ts";
import { settledWithin } from "../connection/settled-within.ts";
import type { DataPlane } from "../plane/data-plane.ts";
import { openPlane } from "../plane/open-plane.ts";
import { queueNames } from "../queue/names.ts";
import { runRegistry } from "../queue/run-registry.ts";
import { resultOfJson } from "../queue/task-envelope.ts";
import { failureOfText } from "../queue/task-failure.ts";
import { workerRegistry } from "../queue/worker-registry.ts";
import { decodeValue } from "../wire/decode-value.ts";
import { serveTasks } from "../worker/serve-tasks.ts";
import { type JobOutcome, jobBroker } from "./job-broker.ts";
import { type BullmqExecutorOptions, checkOptions } from "./options.ts";
import { runTally } from "./run-tally.ts";
import { envelopeOf, type TaskRequest, taskRequest } from "./task-request.ts";
import { runWatch } from "./watch-run.ts";

/** Attempts at a task that fails by a fault of the storage or of its worker. */
const mostAttempts = 3;
/** Milliseconds before the second attempt; each further one waits twice as long. */
const firstPauseMs = 500;

/** The longest wait for an answer of Redis, in ms, after which its connection counts as lost. */
const longestAnswerMs = 15_000;
/** Milliseconds that the last record of a run may take. */
const mostReportMs = 2_000;

/** ATC_ABORTED with the signal's reason as cause, if the signal is aborted. */
function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AtcError("ATC_ABORTED", "the task was aborted", { cause: signal.reason });
}

/** Stands for the host of a program that has none. */
const noPlugins: PluginHost["find"] = (kind, name) =>
  Promise.reject(new AtcError("ATC_MISSING_PLUGIN", `there is no host to find the ${kind} "${name}"`));

/** How one attempt ended. */
type Attempt =
  | { readonly value: unknown; readonly costMs: number }
  | { readonly error: Error; readonly mayRepeat: boolean };

/** The value of a finished job, or the error with which it failed. */
async function attemptOf(
  outcome: JobOutcome,
  { ref: { task }, key }: TaskRequest,
  plane: DataPlane | undefined,
): Promise<Attempt> {
  if (outcome.kind === "failed") return failureOfText(outcome.text, task);
  if (outcome.kind === "gone")
    return { error: outcome.error ?? new AtcError("ATC_ABORTED", "the task was aborted"), mayRepeat: false };
  const { inline, costMs } = resultOfJson(outcome.data);
  const bytes = inline ?? (await plane?.result(key));
  if (bytes !== undefined) return { value: decodeValue(bytes), costMs };
  const error = new AtcError(
    "ATC_NOT_FOUND",
    `the result of task "${task}" is not in "${plane?.place ?? "a shared directory"}", or it is damaged; submitters and workers must share one directory or bucket: name it with --shared or --data`,
    { details: { task } },
  );
  return { error, mayRepeat: plane !== undefined };
}

/**
 * Runs tasks on workers that serve a queue of BullMQ, on any number of machines. Inputs and results that are too large
 * for Redis go through a directory or a bucket that all share, which also keeps results by the content of their tasks:
 * a task that was computed before returns its stored result, also after the submitter ended.
 *
 * A task runs at least once, and its result is returned exactly once. If a worker falls silent, its tasks go to others
 * after `lockMs`; a task that ends its worker twice is ATC_IO. A fault of the storage is tried three times. If Redis
 * is away, submitter and workers wait for it; a task that it lost is submitted again.
 *
 * @throws ATC_INVALID_ARGUMENT for an option or a wrong password; ATC_IO if Redis cannot be reached; ATC_UNSUPPORTED
 * for a Redis that is too old or that removes keys. `submit` rejects with the errors of the task, and with
 * ATC_INVALID_ARGUMENT, ATC_NOT_FOUND, ATC_UNSUPPORTED, ATC_INVALID_DATA like `workerExecutor`; ATC_TIMEOUT if no
 * worker appears in `patienceMs` or a task passes its deadline; ATC_NO_SPACE if Redis or the directory is full;
 * ATC_ABORTED, ATC_CLOSED.
 */
export async function bullmqExecutor(
  given: BullmqExecutorOptions,
  { warn, find = noPlugins }: Pick<PluginHost, "warn"> & Partial<Pick<PluginHost, "find">>,
): Promise<Executor> {
  const options = checkOptions(given);
  const { release, lockMs, deadlineMs, patienceMs, priority } = options;
  const names = queueNames(options.queue, release);
  const opened = await openPlane(options, { find });
  const { plane } = opened;
  const address = await redisAddress(options.redis);
  const answerMs = Math.min(longestAnswerMs, Math.max(2 * longestBlockMs, patienceMs));
  const connection = await connectRedis(address, { warn, onChange: warn, answerMs });
  const { client } = connection;
  // A dead worker's record expires before its locks, so that the worker which takes its tasks counts the death.
  const workers = workerRegistry(client, names, Math.round(lockMs / 2));
  const runs = runRegistry(client, names, 10_000 + 2 * lockMs);
  const tally = runTally(options.title);
  const broker = jobBroker({
    connection,
    names,
    priority,
    lockMs,
    isStored: async (key) => (await plane?.result(key)) !== undefined,
    onRepeat: () => tally.add("repeated"),
  });
  const active = new Set<Promise<unknown>>();
  let ended: AtcError | undefined;
  let disposal: Promise<void> | undefined;
  const watch = runWatch({
    connection,
    broker,
    workers,
    runs,
    release,
    patienceMs,
    record: () => tally.record("running", watch.workers),
    warn,
    onEnd(error) {
      ended ??= error;
      broker.abandon(error);
    },
  });
  await watch.count();

  /** Runs a job once, and withdraws it if the signal is aborted or the listener throws. */
  async function attempt(request: TaskRequest, id: string, { signal, onProgress }: SubmitOptions): Promise<Attempt> {
    const failures: unknown[] = [];
    const stop = (): void => broker.withdraw(id);
    const listener: SubmitOptions["onProgress"] =
      onProgress &&
      ((progress) => {
        if (failures.length > 0) return;
        try {
          onProgress(progress);
        } catch (error) {
          failures.push(error);
          stop();
        }
      });
    const envelope = await envelopeOf(request, plane, { wantsProgress: onProgress !== undefined, deadlineMs });
    checkAborted(signal);
    if (ended !== undefined) throw ended;
    const outcome = broker.run(envelope, { id, onProgress: listener });
    watch.start();
    signal?.addEventListener("abort", stop);
    try {
      const end = await outcome;
      if (failures.length > 0) throw failures[0];
      checkAborted(signal);
      return await attemptOf(end, request, plane);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  async function run(request: TaskRequest, submitOptions: SubmitOptions): Promise<unknown> {
    const { signal } = submitOptions;
    const number = tally.next();
    const stored = await plane?.result(request.key);
    checkAborted(signal);
    if (stored !== undefined) {
      tally.add("reused");
      return decodeValue(stored);
    }
    for (let turn = 1; ; turn++) {
      const end = await attempt(request, `${tally.id}-${number}-${turn}`, submitOptions);
      if ("value" in end) {
        tally.addCost(end.costMs);
        return end.value;
      }
      if (!end.mayRepeat || turn === mostAttempts) throw end.error;
      tally.add("repeated");
      await delay(firstPauseMs * 2 ** (turn - 1), undefined, signal === undefined ? {} : { signal }).catch(
        () => undefined,
      );
      checkAborted(signal);
    }
  }

  /** Whether the submitter has aborted tasks, so that the run can be resumed. */
  let isAborted = false;

  async function counted(request: TaskRequest, submitOptions: SubmitOptions): Promise<unknown> {
    try {
      const value = await run(request, submitOptions);
      tally.add("done");
      return value;
    } catch (error) {
      tally.add("failed");
      isAborted ||= submitOptions.signal?.aborted === true;
      throw error;
    }
  }

  async function dispose(): Promise<void> {
    await Promise.allSettled(active);
    watch[Symbol.dispose]();
    const record = tally.record(ended === undefined && !isAborted ? "done" : "cancelled", watch.workers);
    if (record !== undefined && connection.lostFor() === 0) await settledWithin(runs.report(record), mostReportMs);
    await broker[Symbol.asyncDispose]();
    await connection[Symbol.asyncDispose]();
    await opened[Symbol.asyncDispose]();
  }

  return {
    get concurrency() {
      return watch.slots;
    },
    async submit<Input, Output>(ref: TaskRef, input: Input, submitOptions: SubmitOptions = {}): Promise<Output> {
      if (disposal !== undefined) throw new AtcError("ATC_CLOSED", "the executor is disposed; create a new one");
      const { signal } = submitOptions;
      const request = taskRequest(release, ref, input, submitOptions);
      checkAborted(signal);
      // Thousands of tasks may share a signal.
      if (signal !== undefined) setMaxListeners(0, signal);
      const task = counted(request, submitOptions);
      active.add(task);
      try {
        return (await task) as Output;
      } finally {
        active.delete(task);
      }
    },
    queue: {
      place: connection.shown,
      serve: (serveOptions) => serveTasks({ connection, names, plane, workers, release, lockMs }, serveOptions),
      workers: () => workers.list(),
      runs: () => runs.list(),
      ownId: tally.id,
      ownRun: () => tally.record("running", watch.workers),
      cancel: (id) => runs.cancel(id),
      async clean(olderThanMs) {
        const forgotten = await runs.clean(olderThanMs);
        const removed = (await plane?.clean(Date.now() - olderThanMs)) ?? { files: 0, bytes: 0 };
        return { runs: forgotten, ...removed };
      },
    },
    [Symbol.asyncDispose]() {
      disposal ??= dispose();
      return disposal;
    },
  };
}
