/** A signal that follows others until it is disposed. */
export interface LinkedSignal extends Disposable {
  /** Aborted once any source is. */
  readonly signal: AbortSignal;
  /** Aborts it, and none of its sources. */
  abort(): void;
}

/**
 * Links a signal to others, without their reasons. `AbortSignal.any` keeps a part of each composite as long as the
 * longest of its sources lives (nodejs/node#55351), which is months for the signal of a watch, a worker or a store.
 *
 * @param sources - signals; `undefined` is left out. A signal that is aborted already aborts the linked one at once
 */
export function linkedSignal(sources: readonly (AbortSignal | undefined)[]): LinkedSignal {
  const own = new AbortController();
  const abort = (): void => own.abort();
  for (const source of sources) {
    if (source?.aborted === true) abort();
    source?.addEventListener("abort", abort, { once: true });
  }
  return {
    signal: own.signal,
    abort,
    [Symbol.dispose]() {
      for (const source of sources) source?.removeEventListener("abort", abort);
    },
  };
}
