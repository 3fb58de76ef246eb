import { AtcError } from "@atc/contract";
import { onAbort } from "./abort-listeners.ts";

/** Lets a number of tasks run at once and the others wait, first come first served. */
export interface Turns {
  /**
   * Waits for a free place and takes it.
   *
   * @throws ATC_ABORTED where `signal` is aborted before there is one
   */
  take(signal: AbortSignal | undefined): Promise<number>;
  /** Frees a place. */
  give(place: number): void;
  /** Waits until all places are free and nobody waits. */
  idle(): Promise<void>;
}

interface Waiting {
  go: (place: number) => void;
  gone: boolean;
}

/** Turns with the places 0 to `count` - 1. */
export function createTurns(count: number): Turns {
  const free = Array.from({ length: count }, (_, i) => count - 1 - i);
  const onIdle: (() => void)[] = [];
  let queue: Waiting[] = [];
  let head = 0;

  /** The first that still waits. Those that gave up stay in the queue until they are met, so that aborting thousands at once is linear. */
  function next(): Waiting | undefined {
    while (head < queue.length) {
      const waiting = queue[head++] as Waiting;
      if (head > 1024 && head * 2 > queue.length) {
        queue = queue.slice(head);
        head = 0;
      }
      if (!waiting.gone) return waiting;
    }
    return undefined;
  }

  function settle(): void {
    if (free.length < count) return;
    for (const resolve of onIdle.splice(0)) resolve();
  }

  return {
    async take(signal) {
      if (signal?.aborted === true) throw abortedBy(signal);
      return free.pop() ?? (await queued(queue, signal));
    },
    give(place) {
      const waiting = next();
      if (waiting !== undefined) waiting.go(place);
      else {
        free.push(place);
        settle();
      }
    },
    idle: () =>
      new Promise((resolve) => {
        onIdle.push(resolve);
        settle();
      }),
  };
}

function queued(queue: Waiting[], signal: AbortSignal | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const waiting: Waiting = { go: resolve, gone: false };
    if (signal !== undefined) {
      const stopListening = onAbort(signal, () => {
        waiting.gone = true;
        reject(abortedBy(signal));
      });
      waiting.go = (place) => {
        stopListening();
        resolve(place);
      };
    }
    queue.push(waiting);
  });
}

/** What an aborted task ends with. */
export function abortedBy(signal: AbortSignal): AtcError {
  return new AtcError("ATC_ABORTED", "the task was aborted", { cause: signal.reason });
}
