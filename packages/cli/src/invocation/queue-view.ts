import type { ProgressListener } from "@atc/contract";
import type { ProgressDisplay } from "../text/progress-display.ts";

/** A listener whose reports name the workers of other machines, if there are any. Disposal ends the repetitions. */
export interface QueueView extends Disposable {
  readonly listener: ProgressListener;
}

/** How a view is made. */
export interface QueueViewOptions {
  readonly display: ProgressDisplay;
  /** The state of the queue; undefined while the tasks run in this process. */
  readonly noteOf: () => string | undefined;
  /** Milliseconds after which the last report is shown again with the state of the queue. */
  readonly everyMs: number;
}

/**
 * Shows reports with the state of the queue. Between two results a long time may pass in which workers come and go, so
 * the last report is repeated for as long as it is shown.
 */
export function queueView({ display, noteOf, everyMs }: QueueViewOptions): QueueView {
  let last: Parameters<ProgressListener>[0] | undefined;
  let timer: NodeJS.Timeout | undefined;

  function show(progress: Parameters<ProgressListener>[0]): void {
    const note = noteOf();
    const notes = [progress.note, note].filter((one) => one !== undefined);
    display.listener(notes.length === 0 ? progress : { ...progress, note: notes.join(", ") });
    if (note === undefined) return;
    timer ??= setInterval(() => {
      if (last !== undefined && display.isShown()) show(last);
    }, everyMs).unref();
  }

  return {
    listener(progress) {
      last = progress;
      show(progress);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
