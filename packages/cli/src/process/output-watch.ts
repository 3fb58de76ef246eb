import { setImmediate } from "node:timers/promises";

/** Watches standard output, because a failed write is reported only as an event. */
export interface OutputWatch {
  /** Aborted at the first failure, as nobody reads further results. */
  readonly signal: AbortSignal;
  /** Waits until everything is written; returns the first failure, or undefined. */
  settled(): Promise<Error | undefined>;
}

/** Starts watching a stream. */
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
      // A failure of the last write is reported after it.
      await setImmediate();
      return failure;
    },
  };
}

/** Whether the reader closed the stream, as `head` does after its last line. That is not an error. */
export function isReaderGone(failure: Error): boolean {
  return "code" in failure && ["EPIPE", "ECONNRESET", "EOF"].includes(String(failure.code));
}
