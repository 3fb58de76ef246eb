import type { Progress, ProgressListener } from "@atc/contract";

/** Milliseconds between two reports of one phase. */
const intervalMs = 40;

/** Passes on some of many reports. */
export interface ProgressPace {
  /** Passes a report on where its phase is new or the last is long ago, else keeps it. */
  readonly report: ProgressListener;
  /** Passes the last report on, where it was kept. */
  flush(): void;
}

/** Passes at most 25 reports a second of one phase to `listener`, the first and the last of each phase always. */
export function paceProgress(listener: ProgressListener): ProgressPace {
  let phase: string | undefined;
  let told = 0;
  let kept: Progress | undefined;
  function pass(progress: Progress, now: number): void {
    phase = progress.phase;
    told = now;
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
      if (progress.phase !== phase || now - told >= intervalMs) pass(progress, now);
      else kept = progress;
    },
  };
}
