import { AtcError, type Executor, isAtcError, type OperationOptions, type TaskRef } from "@atc/contract";

/** What a thread writes while it runs code of the user's. Shared memory, because such a thread sends no messages. */
export interface StrategyWatch {
  /**
   * Elements of an Int32Array: changes so far, whether the code runs, the place of its symbol. Then the time of its
   * bars as a double.
   */
  readonly memory: SharedArrayBuffer;
  /** Seconds until code that does not return is ended, if another process watches it. */
  readonly deadline?: number;
}

const changes = 0;
const running = 1;
const place = 2;
/** The place of the time in doubles, after the integers. */
const timePlace = 2;

function createWatch(): StrategyWatch {
  const memory = new SharedArrayBuffer((timePlace + 1) * Float64Array.BYTES_PER_ELEMENT);
  new Float64Array(memory)[timePlace] = Number.NaN;
  return { memory };
}

/** The side of a thread. */
export interface WatchedThread {
  /** Marks the symbol at `index` of the task's symbols as the current one. */
  enter(index: number): void;
  /** Marks the time of the current bars, in ms, if the code sees all symbols; NaN for none. */
  readonly enterTime: (time: number) => void;
  /** Called before and after each call of the user's code. */
  readonly alive: (isRunning: boolean) => void;
}

/** Writes to the memory of a watch. */
export function watchedThread({ memory }: StrategyWatch): WatchedThread {
  const words = new Int32Array(memory);
  const times = new Float64Array(memory);
  // The task may run again, after its thread ended in the middle of a call.
  Atomics.store(words, running, 0);
  return {
    enter(index) {
      Atomics.store(words, place, index);
    },
    // `alive` comes next, whose atomic writes make this one visible.
    enterTime(time) {
      times[timePlace] = time;
    },
    alive(isRunning) {
      Atomics.store(words, running, isRunning ? 1 : 0);
      Atomics.add(words, changes, 1);
    },
  };
}

/** How a task of the user's code ended. */
export type WatchedOutcome<Output> =
  | { readonly kind: "done"; readonly output: Output }
  /** The code did not return, or ended its thread, at the symbol of this place. */
  | {
      readonly kind: "failed";
      readonly place: number;
      /** The time of its bars in ms; NaN if it does not see all symbols. */
      readonly time: number;
      readonly what: string;
      readonly cause?: unknown;
    };

/** Options of {@link runWatched}. */
export interface WatchedOptions extends OperationOptions {
  readonly executor: Executor;
  readonly task: TaskRef;
  /** Seconds until code that does not return is ended. */
  readonly deadline: number;
}

/** Checks the memory of a watch until the code has run for too long. */
function createDeadline(words: Int32Array, seconds: number, onPassed: () => void): { end(): void } {
  let seen = -1;
  let since = performance.now();
  const timer = setInterval(
    () => {
      const now = performance.now();
      const count = Atomics.load(words, changes);
      if (count !== seen || Atomics.load(words, running) === 0) {
        seen = count;
        since = now;
      } else if (now - since >= seconds * 1000) onPassed();
    },
    Math.min(250, seconds * 250),
  );
  return { end: () => clearInterval(timer) };
}

/** The last reason that an error names: that of the thread's end. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}

/**
 * Runs a task that calls code of the user's, and ends its thread if the code does not return in time. The thread may
 * also end by itself: out of memory, or by `process.exit`.
 *
 * @param inputOf - the input, with the watch that the task hands to {@link watchedThread}
 * @throws what the task throws
 */
export async function runWatched<Input, Output>(
  inputOf: (watch: StrategyWatch) => Input,
  { executor, task, deadline, signal, onProgress }: WatchedOptions,
): Promise<WatchedOutcome<Output>> {
  const options = { signal, onProgress };
  // The process that runs the task watches it.
  if (executor.queue !== undefined)
    return await executor.submit<Input, WatchedOutcome<Output>>(task, inputOf({ ...createWatch(), deadline }), options);
  const watch = createWatch();
  const words = new Int32Array(watch.memory);
  const passed = new AbortController();
  const timer = createDeadline(words, deadline, () => passed.abort());
  const ended = signal === undefined ? passed.signal : AbortSignal.any([passed.signal, signal]);
  try {
    const output = await executor.submit<Input, Output>(task, inputOf(watch), {
      signal: ended,
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    return { kind: "done", output };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    const at = Atomics.load(words, place);
    const time = new Float64Array(watch.memory)[timePlace] ?? Number.NaN;
    if (passed.signal.aborted)
      return { kind: "failed", place: at, time, what: `did not return within ${deadline} s and was ended` };
    const hasEnded = isAtcError(error, "ATC_IO") && error.details["attempts"] !== undefined;
    if (!hasEnded || Atomics.load(words, running) === 0) throw error;
    return { kind: "failed", place: at, time, what: `ended its thread (${reasonOf(error)})`, cause: error };
  } finally {
    timer.end();
  }
}

/** The ATC_INVALID_ARGUMENT of a module whose code does not return, or ends its thread, before the first symbol. */
export function moduleFault(label: string, what: string, cause?: unknown): AtcError {
  return new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the strategy module "${label}" ${what} while it was loaded; correct it`,
    {
      details: { strategy: label },
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
