import type { DirectionChange } from "./signal-stream.ts";

/** Collects changes of the direction and reports them after a push. */
export interface DirectionWatch {
  /** The direction that was reported last; 0 before the first report. */
  lastReported: number;
  /** Examines the directions of `count` bars from absolute bar `start`. */
  examine(directions: Float64Array | undefined, start: number, count: number): void;
  /** Reports the changes since the last call. */
  report(): void;
}

/** Creates a watch that reports to `listen`, or that does nothing if there is no listener. */
export function createDirectionWatch(listen: ((change: DirectionChange) => void) | undefined): DirectionWatch {
  const changes: DirectionChange[] = [];
  const watch: DirectionWatch = {
    lastReported: 0,
    examine(directions, start, count) {
      if (listen === undefined || directions === undefined) return;
      for (let i = 0; i < count; i++) {
        const direction = directions[i];
        if (direction === watch.lastReported) continue;
        changes.push({ bar: start + i, direction, previous: watch.lastReported });
        watch.lastReported = direction;
      }
    },
    report() {
      if (changes.length === 0) return;
      // Emptied first, because a listener may push.
      for (const change of changes.splice(0)) listen?.(change);
    },
  };
  return watch;
}
