import { type Executor, isTransferred, type SubmitOptions, type TaskContext, type TaskRef } from "@atc/contract";
import { fromPortableError, toPortableError } from "@atc/plugin-kit";
import { cancelled } from "../cancellation/cells.ts";
import { abortedBy, createTurns } from "../cancellation/turns.ts";
import { movableBuffers } from "../tasks/movable.ts";
import { paceProgress } from "../tasks/progress-pace.ts";
import { createTaskModules, locateTask } from "../tasks/task-modules.ts";
import { type Uncloneable, uncloneable } from "../tasks/uncloneable.ts";
import { createLife } from "./life.ts";
import { checkModules, type InlineExecutorOptions } from "./options.ts";

/**
 * Runs tasks in this thread, one at a time, with what {@link workerExecutor} promises otherwise: input and result are copied or moved, errors are
 * rebuilt, so a task cannot come to depend on sharing memory with its caller. For machines without threads, for tests and debuggers.
 *
 * It cannot kill: a task that never looks at its context goes on to its end before its caller is told ATC_ABORTED, and a task that crashes takes the
 * process along. Disposal waits for every submitted task, then calls `disposeWorker` of the modules it loaded.
 *
 * @throws ATC_INVALID_ARGUMENT for a module that is no URL. `submit` rejects as that of {@link workerExecutor}, but never with ATC_IO of its own.
 */
export function inlineExecutor(options: InlineExecutorOptions): Executor {
  const modules = checkModules(options.modules);
  const loaded = createTaskModules();
  const turns = createTurns(1);
  const life = createLife(async () => {
    await turns.idle();
    await loaded.dispose();
  });
  return {
    concurrency: 1,
    async submit<Input, Output>(ref: TaskRef, input: Input, submitOptions: SubmitOptions = {}): Promise<Output> {
      life.check();
      const call = locateTask(modules, ref);
      const { signal } = submitOptions;
      const place = await turns.take(signal);
      try {
        const run = (context: TaskContext, copy: unknown): Promise<unknown> => loaded.run(call, copy, context);
        return (await runHere(run, { task: call.task, input, options: submitOptions })) as Output;
      } finally {
        turns.give(place);
      }
    },
    [Symbol.asyncDispose]: life.end,
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
  const pace = paceProgress(onProgress);
  let result: unknown;
  try {
    result = await run(inlineContext(signal, pace.report), copy);
    pace.flush();
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

function send(value: unknown, transfer: readonly ArrayBuffer[], about: Omit<Uncloneable, "cause">): unknown {
  try {
    return structuredClone(value, { transfer: movableBuffers(transfer) });
  } catch (cause) {
    throw uncloneable({ ...about, cause });
  }
}
