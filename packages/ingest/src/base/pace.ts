import { setImmediate } from "node:timers/promises";
import type { OperationOptions, Progress } from "@atc/contract";
import { throwIfAborted } from "@atc/contract";

const progressMs = 50;
const turnMs = 25;

/** Keeps a long run answerable: throttles its progress, lets signals and timers be handled, notices when it is aborted. */
export interface Pace {
  /** Tells the listener, unless it was told less than 50 ms ago. */
  progress(progress: Progress): void;
  /** Tells the listener in any case: a phase has begun or ended. */
  milestone(progress: Progress): void;
  /** Lets the event loop turn if it has not for 25 ms; throws ATC_ABORTED. */
  turn(): Promise<void>;
}

/** The pace of one run. */
export function createPace({ signal, onProgress }: OperationOptions): Pace {
  let told = Number.NEGATIVE_INFINITY;
  let turned = performance.now();
  function milestone(progress: Progress): void {
    told = performance.now();
    onProgress?.(progress);
  }
  return {
    milestone,
    progress(progress) {
      if (onProgress !== undefined && performance.now() - told >= progressMs) milestone(progress);
    },
    async turn() {
      throwIfAborted(signal);
      if (performance.now() - turned < turnMs) return;
      await setImmediate();
      turned = performance.now();
      throwIfAborted(signal);
    },
  };
}
