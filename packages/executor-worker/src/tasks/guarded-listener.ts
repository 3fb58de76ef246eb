import type { ProgressListener } from "@atc/contract";

/** A listener whose errors wait until they can be thrown to whoever submitted the task. */
export interface GuardedListener {
  /** Passes progress on until the listener throws; undefined where there is no listener. */
  readonly onProgress: ProgressListener | undefined;
  /** Throws what the listener threw. */
  check(): void;
}

/** Guards `listener`, which is called from an event, where a throw would end the process; `onFailure` is called when it throws. */
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
