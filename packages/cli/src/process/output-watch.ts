import { setImmediate } from "node:timers/promises";

/** Watches standard output, since a write that fails is reported only as an event. */
export interface OutputWatch {
  /** Aborted at the first failure: what is still computed has no reader. */
  readonly signal: AbortSignal;
  /** The first failure, once all that was written has arrived; undefined if there is none. */
  settled(): Promise<Error | undefined>;
}

/** Watches a stream from now on. */
export function watchOutput(stream: NodeJS.WritableStream & { readonly writableLength?: number }): OutputWatch {
  const controller = new AbortController();
  let failure: Error | undefined;
  stream.on("error", (error: Error) => {
    failure ??= error;
    controller.abort(error);
  });
  return {
    signal: controller.signal,
    async settled() {
      if (failure === undefined && (stream.writableLength ?? 0) > 0)
        await new Promise<void>((resolve) => {
          stream.write("", () => resolve());
        });
      // Failures of the last write are reported after it.
      await setImmediate();
      return failure;
    },
  };
}

/** Whether the reader went away, as `head` does once it has seen enough: no fault of anybody. */
export function isReaderGone(failure: Error): boolean {
  return "code" in failure && ["EPIPE", "ECONNRESET", "EOF"].includes(String(failure.code));
}
