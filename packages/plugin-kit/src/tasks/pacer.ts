import { setImmediate } from "node:timers/promises";
import type { OperationOptions, Progress, ProgressListener } from "@atc/contract";
import { throwIfAborted } from "@atc/contract";

/** Milliseconds between two reports of one phase. */
const reportInterval = 40;
/** Milliseconds of computing between two pauses: Ctrl-C and timers wait no longer. */
const pauseInterval = 25;

/** Passes on some of many progress reports. */
export interface ProgressThrottle {
  /** Passes the report on if its phase is new or 40 ms have passed; keeps it otherwise. */
  readonly report: ProgressListener;
  /** Passes on the last report if it was kept. */
  flush(): void;
}

/** Limits `listener` to 25 reports of one phase per second. The first and the last report of each phase always pass. */
export function throttleProgress(listener: ProgressListener): ProgressThrottle {
  let phase: string | undefined;
  let reported = 0;
  let kept: Progress | undefined;
  function pass(progress: Progress, now: number): void {
    phase = progress.phase;
    reported = now;
    kept = undefined;
    listener(progress);
  }
  function flush(): void {
    if (kept !== undefined) pass(kept, performance.now());
  }
  return {
    flush,
    report(progress) {
      const now = performance.now();
      if (progress.phase !== phase) flush();
      if (progress.phase !== phase || now - reported >= reportInterval) pass(progress, now);
      else kept = progress;
    },
  };
}

/** Keeps a long computation responsive: throttles its progress, yields to the event loop, stops if it is aborted. */
export interface Pacer extends ProgressThrottle {
  /** Yields to the event loop if 25 ms have passed since the last yield. ATC_ABORTED if the signal is aborted. */
  pause(): Promise<void>;
}

/** The pacer of one operation. Call `pause` between blocks of a few milliseconds each. */
export function createPacer({ signal, onProgress }: OperationOptions): Pacer {
  const throttle = throttleProgress((progress) => onProgress?.(progress));
  let paused = performance.now();
  return {
    report: throttle.report,
    flush: throttle.flush,
    async pause() {
      throwIfAborted(signal);
      if (performance.now() - paused < pauseInterval) return;
      await setImmediate();
      paused = performance.now();
      throwIfAborted(signal);
    },
  };
}
