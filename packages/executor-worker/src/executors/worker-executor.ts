import { AtcError, type Executor, type SubmitOptions, type TaskRef } from "@atc/contract";
import { fromPortableError } from "@atc/plugin-kit";
import { type Cancellation, createCancellation } from "../cancellation/cancellation.ts";
import { createSemaphore } from "../cancellation/semaphore.ts";
import { clearFlags, createTaskFlags, type TaskFlags } from "../cancellation/task-flags.ts";
import { type CallOutcome, createThreadPool, type ThreadPool } from "../pool/thread-pool.ts";
import { cloneError } from "../tasks/clone-error.ts";
import { guardListener } from "../tasks/guarded-listener.ts";
import { locateTask, type TaskCall } from "../tasks/task-modules.ts";
import type { WorkerReply } from "../worker/worker-message.ts";
import { createDisposalGuard } from "./disposal-guard.ts";
import { checkOptions, type WorkerExecutorOptions } from "./options.ts";

/** State that all tasks of an executor share. */
interface Threads {
  readonly pool: ThreadPool;
  readonly flags: TaskFlags;
  readonly graceMs: number;
}

/**
 * Runs tasks on worker threads of this process, `threads` at once, the others in the order of their submission.
 *
 * If a worker crashes, exits or runs out of memory, its task runs once more on a new worker, unless `transfer` moved
 * its input. An aborted task is asked to end and settles when it has ended. After `graceMs` its worker is killed; tasks
 * on other workers continue. Disposal waits for all submitted tasks, calls `disposeWorker` of the modules of each
 * worker, then ends the workers. Threads do not keep the process alive while no task runs.
 *
 * @throws ATC_INVALID_ARGUMENT for an option out of its range. `submit` rejects with ATC_INVALID_ARGUMENT (reference,
 * input that cannot be sent), ATC_NOT_FOUND (package, function), ATC_UNSUPPORTED (version, module that cannot be
 * loaded), ATC_INVALID_DATA (result that cannot be sent), ATC_IO (the worker ended), ATC_ABORTED with the signal's
 * reason as cause, ATC_CLOSED, or the error of the task.
 */
export function workerExecutor(options: WorkerExecutorOptions): Executor {
  const { modules, threads, graceMs, closeMs, maxHeapMiB, maxYoungHeapMiB } = checkOptions(options);
  const flags = createTaskFlags(threads);
  const semaphore = createSemaphore(threads);
  const shared: Threads = {
    pool: createThreadPool({ threads, maxHeapMiB, maxYoungHeapMiB, flags, closeMs }),
    flags,
    graceMs,
  };
  const guard = createDisposalGuard(async () => {
    await semaphore.idle();
    await shared.pool.close();
  });
  return {
    concurrency: threads,
    async submit<Input, Output>(ref: TaskRef, input: Input, submitOptions: SubmitOptions = {}): Promise<Output> {
      guard.check();
      const call = locateTask(modules, ref);
      const slot = await semaphore.acquire(submitOptions.signal);
      try {
        return (await runInSlot(shared, slot, { call, input, options: submitOptions })) as Output;
      } finally {
        semaphore.release(slot);
      }
    },
    [Symbol.asyncDispose]: guard.dispose,
  };
}

interface Submission {
  readonly call: TaskCall;
  readonly input: unknown;
  readonly options: SubmitOptions;
}

/** Runs a task in its slot, and once more if its worker ends before it replies. */
async function runInSlot({ pool, flags, graceMs }: Threads, slot: number, submission: Submission): Promise<unknown> {
  const { options } = submission;
  const attempts = options.transfer === undefined || options.transfer.length === 0 ? 2 : 1;
  for (let attempt = 1; ; attempt++) {
    clearFlags(flags, slot);
    const cancellation = createCancellation(flags, slot, { signal: options.signal, graceMs });
    try {
      // The signal may have been aborted between taking the slot and listening to it.
      cancellation.check();
      const outcome = await attemptOnce(pool, slot, submission, cancellation);
      cancellation.check();
      if (outcome.kind !== "ended" || attempt === attempts) return resultOf(outcome, submission, attempt);
    } finally {
      cancellation.end();
    }
  }
}

async function attemptOnce(
  pool: ThreadPool,
  slot: number,
  { call, input, options }: Submission,
  cancellation: Cancellation,
): Promise<CallOutcome> {
  const { onProgress, transfer = [] } = options;
  const listener = guardListener(onProgress, cancellation.cancel);
  const outcome = await pool.run({
    call: { ...call, slot, input },
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
  if (outcome.kind === "unsent") throw cloneError({ task, what: "input", cause });
  const text =
    outcome.kind === "ended" ? endedText(task, attempts) : `task "${task}": no worker thread could be started`;
  throw new AtcError("ATC_IO", `${text}: ${reasonOf(cause)}`, { cause, details: { task, attempts } });
}

function resultValue(reply: WorkerReply, task: string): unknown {
  if (reply.kind === "value") return reply.value;
  const error = fromPortableError(reply.error);
  throw reply.kind === "error" ? error : cloneError({ task, what: "result", cause: error });
}

function endedText(task: string, attempts: number): string {
  return attempts > 1
    ? `the worker that ran task "${task}" ended, and so did the one that ran it again`
    : `the worker that ran task "${task}" ended; it was not run again, because its input was moved to that worker`;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause ?? "it ended while it was starting");
}
