import { AtcError, type Executor, type SubmitOptions, type TaskRef } from "@atc/contract";
import { fromPortableError } from "@atc/plugin-kit";
import { type Cancellation, createCancellation } from "../cancellation/cancellation.ts";
import { type Cells, clearCells, createCells } from "../cancellation/cells.ts";
import { createTurns } from "../cancellation/turns.ts";
import { type CallOutcome, createThreadPool, type ThreadPool } from "../pool/thread-pool.ts";
import { guardListener } from "../tasks/guarded-listener.ts";
import { locateTask, type TaskCall } from "../tasks/task-modules.ts";
import { uncloneable } from "../tasks/uncloneable.ts";
import type { WorkerReply } from "../worker/worker-message.ts";
import { createLife } from "./life.ts";
import { checkOptions, type WorkerExecutorOptions } from "./options.ts";

/** What all tasks of an executor share. */
interface Threads {
  readonly pool: ThreadPool;
  readonly cells: Cells;
  readonly graceMs: number;
}

/**
 * Runs tasks on worker threads of this process, `threads` at once, the others in the order of their submission.
 *
 * A task whose worker crashes, exits or runs out of memory is run once more on a new worker, unless its input was moved with `transfer`.
 * An aborted task is asked to end and settles when it has; after `graceMs` its worker is killed. Tasks on other workers are not touched.
 * Disposal waits for every task that was submitted, then lets each worker call `disposeWorker` of the modules it loaded, and ends it.
 * Threads do not keep the process alive while no task runs.
 *
 * @throws ATC_INVALID_ARGUMENT for an option out of its range. `submit` rejects with ATC_INVALID_ARGUMENT (reference, input that cannot be sent),
 * ATC_NOT_FOUND (package, module, function), ATC_UNSUPPORTED (version), ATC_INVALID_DATA (result that cannot be sent), ATC_IO (the worker ended),
 * ATC_ABORTED with the signal's reason as cause, ATC_CLOSED, or what the task threw.
 */
export function workerExecutor(options: WorkerExecutorOptions): Executor {
  const { modules, threads, graceMs, closeMs, maxHeapMiB, maxYoungHeapMiB } = checkOptions(options);
  const cells = createCells(threads);
  const turns = createTurns(threads);
  const shared: Threads = {
    pool: createThreadPool({ threads, maxHeapMiB, maxYoungHeapMiB, cells, closeMs }),
    cells,
    graceMs,
  };
  const life = createLife(async () => {
    await turns.idle();
    await shared.pool.close();
  });
  return {
    concurrency: threads,
    async submit<Input, Output>(ref: TaskRef, input: Input, submitOptions: SubmitOptions = {}): Promise<Output> {
      life.check();
      const call = locateTask(modules, ref);
      const place = await turns.take(submitOptions.signal);
      try {
        return (await runAt(shared, place, { call, input, options: submitOptions })) as Output;
      } finally {
        turns.give(place);
      }
    },
    [Symbol.asyncDispose]: life.end,
  };
}

interface Submission {
  readonly call: TaskCall;
  readonly input: unknown;
  readonly options: SubmitOptions;
}

/** Runs a task at its place, twice where its worker ends in the middle. */
async function runAt({ pool, cells, graceMs }: Threads, place: number, submission: Submission): Promise<unknown> {
  const { options } = submission;
  const attempts = options.transfer === undefined || options.transfer.length === 0 ? 2 : 1;
  for (let attempt = 1; ; attempt++) {
    clearCells(cells, place);
    const cancellation = createCancellation(cells, place, { signal: options.signal, graceMs });
    try {
      // The signal may have been aborted after the place was given, when nobody listened.
      cancellation.check();
      const outcome = await attemptOnce(pool, place, submission, cancellation);
      cancellation.check();
      if (outcome.kind !== "ended" || attempt === attempts) return resultOf(outcome, submission, attempt);
    } finally {
      cancellation.end();
    }
  }
}

async function attemptOnce(
  pool: ThreadPool,
  place: number,
  { call, input, options }: Submission,
  cancellation: Cancellation,
): Promise<CallOutcome> {
  const { onProgress, transfer = [] } = options;
  const listener = guardListener(onProgress, cancellation.cancel);
  const outcome = await pool.run({
    call: { ...call, place, input },
    transfer,
    kill: cancellation.kill,
    onProgress: listener.onProgress,
  });
  listener.check();
  return outcome;
}

function resultOf(outcome: CallOutcome, { call: { task } }: Submission, attempts: number): unknown {
  if (outcome.kind === "replied") return resultValue(outcome.reply, task);
  const { cause } = outcome;
  if (outcome.kind === "unsent") throw uncloneable({ task, what: "input", cause });
  const text =
    outcome.kind === "ended" ? endedText(task, attempts) : `task "${task}": no worker thread could be started`;
  throw new AtcError("ATC_IO", `${text}: ${reasonOf(cause)}`, { cause, details: { task, attempts } });
}

function resultValue(reply: WorkerReply, task: string): unknown {
  if (reply.kind === "value") return reply.value;
  const error = fromPortableError(reply.error);
  throw reply.kind === "error" ? error : uncloneable({ task, what: "result", cause: error });
}

function endedText(task: string, attempts: number): string {
  return attempts > 1
    ? `the worker that ran task "${task}" ended, and so did the one that ran it again`
    : `the worker that ran task "${task}" ended; it was not run again, because its input was moved to that worker`;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause ?? "it ended while it started");
}
