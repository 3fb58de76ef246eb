import { type Executor, isTransferred, type SubmitOptions, type TaskContext, type TaskRef } from "@atc/contract";
import { fromPortableError, throttleProgress, toPortableError } from "@atc/plugin-kit";
import { abortedBy, cancelled } from "../cancellation/abort-errors.ts";
import { createSemaphore } from "../cancellation/semaphore.ts";
import { type CloneFailure, cloneError } from "../tasks/clone-error.ts";
import { movableBuffers } from "../tasks/movable-buffers.ts";
import { createTaskModules, locateTask } from "../tasks/task-modules.ts";
import { createDisposalGuard } from "./disposal-guard.ts";
import { checkModules, type InlineExecutorOptions } from "./options.ts";

/**
 * Runs tasks in this thread, one at a time: for machines without threads, tests and debuggers. Otherwise it keeps
 * the promises of {@link workerExecutor}. It copies or moves input and result and rebuilds errors, so tasks cannot come
 * to depend on memory shared with their caller.
 *
 * It cannot kill. A task that never checks its context runs to its end before the caller receives ATC_ABORTED. A task
 * that crashes ends the process. Disposal waits for all submitted tasks, then calls `disposeWorker` of the loaded
 * modules.
 *
 * @throws ATC_INVALID_ARGUMENT for a module that is not a URL. `submit` rejects like that of {@link workerExecutor},
 * but never with an ATC_IO of its own.
 */
export function inlineExecutor(options: InlineExecutorOptions): Executor {
  const modules = checkModules(options.modules);
  const loaded = createTaskModules();
  const semaphore = createSemaphore(1);
  const guard = createDisposalGuard(async () => {
    await semaphore.idle();
    await loaded.dispose();
  });
  return {
    concurrency: 1,
    async submit<Input, Output>(ref: TaskRef, input: Input, submitOptions: SubmitOptions = {}): Promise<Output> {
      guard.check();
      const call = locateTask(modules, ref);
      const { signal } = submitOptions;
      const slot = await semaphore.acquire(signal);
      try {
        const run = (context: TaskContext, copy: unknown): Promise<unknown> => loaded.run(call, copy, context);
        return (await runHere(run, { task: call.task, input, options: submitOptions })) as Output;
      } finally {
        semaphore.release(slot);
      }
    },
    [Symbol.asyncDispose]: guard.dispose,
  };
}

interface InlineSubmission {
  readonly task: string;
  readonly input: unknown;
  readonly options: SubmitOptions;
}

async function runHere(
  run: (context: TaskContext, input: unknown) => Promise<unknown>,
  { task, input, options }: InlineSubmission,
): Promise<unknown> {
  const { signal = new AbortController().signal, onProgress = () => undefined, transfer = [] } = options;
  if (signal.aborted) throw abortedBy(signal);
  const copy = send(input, transfer, { task, what: "input" });
  const throttle = throttleProgress(onProgress);
  let result: unknown;
  try {
    result = await run(inlineContext(signal, throttle.report), copy);
    throttle.flush();
  } catch (error) {
    if (signal.aborted) throw abortedBy(signal);
    throw fromPortableError(toPortableError(error));
  }
  if (signal.aborted) throw abortedBy(signal);
  return isTransferred(result)
    ? send(result.value, result.buffers, { task, what: "result" })
    : send(result, [], { task, what: "result" });
}

function inlineContext(signal: AbortSignal, onProgress: TaskContext["onProgress"]): TaskContext {
  return {
    signal,
    onProgress,
    throwIfCancelled() {
      if (signal.aborted) throw cancelled();
    },
  };
}

function send(value: unknown, transfer: readonly ArrayBuffer[], about: Omit<CloneFailure, "cause">): unknown {
  try {
    return structuredClone(value, { transfer: movableBuffers(transfer) });
  } catch (cause) {
    throw cloneError({ ...about, cause });
  }
}
