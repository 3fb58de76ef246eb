import { abortedBy } from "./abort-errors.ts";
import { onAbort } from "./abort-listeners.ts";

/** Lets a number of tasks run at once. The others wait in order of arrival. */
export interface Semaphore {
  /**
   * Waits for a free slot and takes it.
   *
   * @throws ATC_ABORTED if `signal` is aborted before a slot is free
   */
  acquire(signal: AbortSignal | undefined): Promise<number>;
  release(slot: number): void;
  /** Waits until all slots are free and no task waits. */
  idle(): Promise<void>;
}

interface Waiter {
  take: (slot: number) => void;
  gone: boolean;
}

/** A semaphore with the slots 0 to `count` - 1. */
export function createSemaphore(count: number): Semaphore {
  const free = Array.from({ length: count }, (_, i) => count - 1 - i);
  const onIdle: (() => void)[] = [];
  let queue: Waiter[] = [];
  let head = 0;

  /** The first waiter that has not given up. The others stay queued until then, so aborting thousands is linear. */
  function next(): Waiter | undefined {
    while (head < queue.length) {
      const waiter = queue[head++] as Waiter;
      if (head > 1024 && head * 2 > queue.length) {
        queue = queue.slice(head);
        head = 0;
      }
      if (!waiter.gone) return waiter;
    }
    return undefined;
  }

  function reportIdle(): void {
    if (free.length < count) return;
    for (const resolve of onIdle.splice(0)) resolve();
  }

  return {
    async acquire(signal) {
      if (signal?.aborted === true) throw abortedBy(signal);
      return free.pop() ?? (await queued(queue, signal));
    },
    release(slot) {
      const waiter = next();
      if (waiter !== undefined) waiter.take(slot);
      else {
        free.push(slot);
        reportIdle();
      }
    },
    idle: () =>
      new Promise((resolve) => {
        onIdle.push(resolve);
        reportIdle();
      }),
  };
}

function queued(queue: Waiter[], signal: AbortSignal | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const waiter: Waiter = { take: resolve, gone: false };
    if (signal !== undefined) {
      const stopListening = onAbort(signal, () => {
        waiter.gone = true;
        reject(abortedBy(signal));
      });
      waiter.take = (slot) => {
        stopListening();
        resolve(slot);
      };
    }
    queue.push(waiter);
  });
}
