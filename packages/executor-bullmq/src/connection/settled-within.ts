import { setTimeout as delay } from "node:timers/promises";

/**
 * Whether a promise settles within some milliseconds. A command waits for a lost or silent server without an end, and
 * what closes must not.
 */
export async function settledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const stop = new AbortController();
  const late = delay(ms, false, { signal: stop.signal }).catch(() => false);
  const settled = promise.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    stop.abort();
  }
}
