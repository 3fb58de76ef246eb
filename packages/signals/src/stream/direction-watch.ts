import type { DirectionChange } from "./signal-stream.ts";

/** Watches the direction, and tells its changes once the bars of a push have been taken. */
export interface DirectionWatch {
  /** The direction that was told last; 0 before any. */
  told: number;
  /** Looks at the directions of `count` bars from bar `start` on. */
  look(directions: Float64Array | undefined, start: number, count: number): void;
  /** Tells what changed. */
  tell(): void;
}

/** A watch that tells `listen`; one that does nothing where there is none. */
export function createDirectionWatch(listen: ((change: DirectionChange) => void) | undefined): DirectionWatch {
  const changes: DirectionChange[] = [];
  const watch: DirectionWatch = {
    told: 0,
    look(directions, start, count) {
      if (listen === undefined || directions === undefined) return;
      for (let i = 0; i < count; i++) {
        const direction = directions[i];
        if (direction === watch.told) continue;
        changes.push({ bar: start + i, direction, previous: watch.told });
        watch.told = direction;
      }
    },
    tell() {
      if (changes.length === 0) return;
      // Taken out first: a listener may push.
      for (const change of changes.splice(0)) listen?.(change);
    },
  };
  return watch;
}
