import { rename } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { systemNameOf } from "@atc/contract";

/** How Windows refuses what it cannot do to a file that a program has open. */
const refusals: readonly string[] = ["EPERM", "EACCES", "EBUSY"];

/** Pause before the second attempt, in ms; it doubles up to {@link longestPause}. */
const firstPause = 1;
const longestPause = 64;

/** How long to wait for other programs. */
export interface PatienceOptions {
  /** In ms. Default: 2,000. A reader, a virus scanner or an indexer has a file open for a few ms. */
  readonly patience?: number;
}

/** Whether `error` may mean that another program has the file open. Only Windows refuses for that reason. */
export function isRefusal(error: unknown): boolean {
  return process.platform === "win32" && refusals.includes(systemNameOf(error));
}

/**
 * Repeats an operation on a file while Windows refuses it, until `patience` is over. On other systems the first error
 * is final.
 *
 * @throws the last error of the operation
 */
export async function retryRefused<T>(
  operation: () => Promise<T>,
  { patience = 2000 }: PatienceOptions = {},
): Promise<T> {
  let pause = firstPause;
  for (let waited = 0; ; waited += pause, pause = Math.min(2 * pause, longestPause)) {
    try {
      return await operation();
    } catch (error) {
      if (!isRefusal(error) || waited >= patience) throw error;
    }
    await setTimeout(pause);
  }
}

/**
 * Renames a file or folder; a file at `to` is replaced in one step. Windows refuses that while a program has one of
 * the files open, so there it is tried again, see {@link retryRefused}.
 *
 * @throws Node's error
 */
export async function moveFile(from: string, to: string, options: PatienceOptions = {}): Promise<void> {
  await retryRefused(() => rename(from, to), options);
}
