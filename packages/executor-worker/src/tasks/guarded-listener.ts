import type { ProgressListener } from "@atc/contract";

/** A listener whose errors wait until they can be thrown to the caller of the task. */
export interface GuardedListener {
  /** Passes progress on until the listener throws; undefined without a listener. */
  readonly onProgress: ProgressListener | undefined;
  /** Throws the first error of the listener. */
  check(): void;
}

/** Guards a listener of an event: a throw in it would end the process. Calls `onFailure` when it throws. */
export function guardListener(listener: ProgressListener | undefined, onFailure: () => void): GuardedListener {
  const failures: unknown[] = [];
  return {
    onProgress:
      listener &&
      ((progress) => {
        if (failures.length > 0) return;
        try {
          listener(progress);
        } catch (error) {
          failures.push(error);
          onFailure();
        }
      }),
    check() {
      if (failures.length > 0) throw failures[0];
    },
  };
}
