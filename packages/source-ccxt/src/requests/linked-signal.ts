/** A signal that follows others until it is disposed. */
export interface LinkedSignal extends Disposable {
  readonly signal: AbortSignal;
  abort(): void;
}

/**
 * Links a signal to others. `AbortSignal.any` would keep a part of each composite as long as the longest of its
 * sources (nodejs/node#55351), and a watch sends requests for months.
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
