import { onAbort } from "./abort-listeners.ts";
import { type Cells, cancel } from "./cells.ts";
import { abortedBy } from "./turns.ts";

/** The end that a caller's signal makes of one task: a flag first, the worker's death after a grace. */
export interface Cancellation {
  /** Ends the worker. */
  readonly kill: AbortController;
  /** Asks the task to end, and kills its worker later. */
  cancel(): void;
  /** Throws ATC_ABORTED with the signal's reason where the signal is aborted. */
  check(): void;
  /** Stops listening and waiting. */
  end(): void;
}

/** Watches `signal` for the task at `place`. */
export function createCancellation(
  cells: Cells,
  place: number,
  options: { readonly signal: AbortSignal | undefined; readonly graceMs: number },
): Cancellation {
  const { signal, graceMs } = options;
  const kill = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  function begin(): void {
    cancel(cells, place);
    timer ??= setTimeout(() => kill.abort(), graceMs);
  }
  const stopListening = signal === undefined ? undefined : onAbort(signal, begin);
  return {
    kill,
    cancel: begin,
    check() {
      if (signal?.aborted === true) throw abortedBy(signal);
    },
    end() {
      stopListening?.();
      clearTimeout(timer);
    },
  };
}
