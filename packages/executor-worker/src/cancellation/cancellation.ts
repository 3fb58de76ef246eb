import { abortedBy } from "./abort-errors.ts";
import { onAbort } from "./abort-listeners.ts";
import { setCancelled, type TaskFlags } from "./task-flags.ts";

/** The cancellation of one task: first a flag, then its worker is killed after a grace period. */
export interface Cancellation {
  /** Aborted to kill the worker. */
  readonly kill: AbortController;
  /** Sets the flag and schedules the kill. */
  cancel(): void;
  /** Throws ATC_ABORTED with the signal's reason if the signal is aborted. */
  check(): void;
  /** Stops listening and waiting. */
  end(): void;
}

/** Cancels the task in `slot` when `signal` is aborted. */
export function createCancellation(
  flags: TaskFlags,
  slot: number,
  options: { readonly signal: AbortSignal | undefined; readonly graceMs: number },
): Cancellation {
  const { signal, graceMs } = options;
  const kill = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  function cancel(): void {
    setCancelled(flags, slot);
    timer ??= setTimeout(() => kill.abort(), graceMs);
  }
  const stopListening = signal === undefined ? undefined : onAbort(signal, cancel);
  return {
    kill,
    cancel,
    check() {
      if (signal?.aborted === true) throw abortedBy(signal);
    },
    end() {
      stopListening?.();
      clearTimeout(timer);
    },
  };
}
