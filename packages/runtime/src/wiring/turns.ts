import { setImmediate } from "node:timers/promises";
import type { OperationOptions } from "@atc/contract";
import { throwIfAborted } from "@atc/contract";

const turnMs = 25;

/** Lets the event loop turn in a long run, so that Ctrl-C is noticed. */
export interface Turns {
  /** Turns the loop if it has not for 25 ms; throws ATC_ABORTED. */
  turn(): Promise<void>;
}

/** The turns of one run. */
export function createTurns({ signal }: OperationOptions): Turns {
  let turned = performance.now();
  return {
    async turn() {
      throwIfAborted(signal);
      if (performance.now() - turned < turnMs) return;
      await setImmediate();
      turned = performance.now();
      throwIfAborted(signal);
    },
  };
}
