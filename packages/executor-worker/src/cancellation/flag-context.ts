import type { ProgressListener, TaskContext } from "@atc/contract";
import { cancelled } from "./abort-errors.ts";
import { isCancelled, type TaskFlags, untilCancelled, wake } from "./task-flags.ts";

/** A task context that reads shared flags until {@link FlagContext.end}. */
export interface FlagContext extends TaskContext {
  /** Stops waiting for a cancellation. */
  end(): void;
}

/** The context of the task in `slot`. */
export function createFlagContext(flags: TaskFlags, slot: number, onProgress: ProgressListener): FlagContext {
  let controller: AbortController | undefined;
  let ended = false;
  async function watch(target: AbortController): Promise<void> {
    await untilCancelled(flags, slot);
    if (!ended) target.abort(cancelled());
  }
  return {
    onProgress,
    throwIfCancelled() {
      if (isCancelled(flags, slot)) throw cancelled();
    },
    get signal() {
      if (controller === undefined) {
        controller = new AbortController();
        if (isCancelled(flags, slot)) controller.abort(cancelled());
        else void watch(controller);
      }
      return controller.signal;
    },
    end() {
      ended = true;
      if (controller !== undefined) wake(flags, slot);
    },
  };
}
