import { setTimeout as delay } from "node:timers/promises";
import { AtcError, throwIfAborted } from "@atc/contract";
import { linkedSignal } from "../tasks/linked-signal.ts";
import { connectionFault, PassingFault } from "./passing-fault.ts";

/** How long a request is repeated, and what ends it early. */
export interface RequestPatience {
  /** The place of the server, for messages. It has no credentials. */
  readonly place: string;
  /** Milliseconds from the first request after which none is repeated. */
  readonly patienceMs: number;
  /** The caller's. */
  readonly signal: AbortSignal | undefined;
  /** Aborted when the store is disposed. */
  readonly closing: AbortSignal;
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/**
 * Calls `attempt` until it does not throw {@link PassingFault}, with growing pauses.
 *
 * @param attempt - sends the request once; `signal` is aborted if the caller or the store ends it
 * @throws ATC_ABORTED, ATC_CLOSED; ATC_NETWORK after `patienceMs`, whose `details.system` says that a later request may
 * succeed; what `attempt` throws
 */
export async function repeatedRequest<T>(
  { place, patienceMs, signal, closing }: RequestPatience,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const checkSignals = (): void => {
    throwIfAborted(signal);
    if (closing.aborted) throw new AtcError("ATC_CLOSED", `the store of "${place}" is disposed; open it again`);
  };
  checkSignals();
  // A store sends requests for as long as it is open.
  using either = linkedSignal([signal, closing]);
  const startedAt = performance.now();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await attempt(either.signal);
    } catch (error) {
      checkSignals();
      if (!(error instanceof PassingFault)) throw error;
      const passed = performance.now() - startedAt;
      if (passed + pauseMs > patienceMs) throw unreachable(place, error, passed);
    }
    // Workers that lost a server together do not return together.
    await delay(pauseMs * (0.5 + Math.random() / 2), undefined, { signal: either.signal }).catch(() => undefined);
    checkSignals();
  }
}

/** The error of a server that did not answer in time. */
function unreachable(place: string, fault: PassingFault, ms: number): AtcError {
  const { status, message } = fault;
  const seconds = Math.round(ms / 100) / 10;
  return new AtcError(
    "ATC_NETWORK",
    `the server of "${place}" did not answer for ${seconds} s: ${message}; check that it runs and that its address can be reached`,
    { cause: fault, details: { system: connectionFault(fault), ...(status === undefined ? {} : { status }) } },
  );
}
