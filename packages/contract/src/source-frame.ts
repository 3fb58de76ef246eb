import type { ChunksOptions, ColumnChunk, DataSource, SourceSummary } from "./data-source.ts";
import { AtcError, throwIfAborted } from "./error.ts";
import type { Progress } from "./progress.ts";

/** One reading of a source, as the source's own code sees it. */
export interface SourceReading extends Pick<ChunksOptions, "signal" | "onBadRow"> {
  /** Throws ATC_ABORTED where the signal was aborted, ATC_CLOSED where the source was disposed. Called at each step that costs time. */
  check(): void;
  /** Tells the listener, where there is one, how far the phase `reading` is. */
  report(progress: Omit<Progress, "phase">): void;
}

/** What a source says of itself, and how its rows are read: all that {@link createDataSource} needs. */
export interface SourceFrame extends Pick<DataSource, "identity" | "kind" | "columns" | "notes" | "slices"> {
  /** Reads all rows from the start, side by side with other readings; what it returns after the last chunk becomes the summary. */
  read(reading: SourceReading): AsyncGenerator<ColumnChunk, SourceSummary, undefined>;
  /** Gives back what the source holds open; called once, when the `check` of readings that still run throws already. Nothing is held where absent. */
  close?(): Promise<void>;
}

/**
 * A source with the behaviour that all sources have: after disposal, which may be repeated, every call and every step of a reading ends with ATC_CLOSED; a
 * reading starts only where the signal is not aborted; the summary is that of the last reading that came to its end.
 */
export function createDataSource(frame: SourceFrame): DataSource {
  const { read, close, slices, ...description } = frame;
  const { name } = description.identity;
  let closing: Promise<void> | undefined;
  let latest: SourceSummary | undefined;
  const checkOpen = (): void => {
    if (closing !== undefined) throw new AtcError("ATC_CLOSED", `the source of "${name}" was disposed; open it again`);
  };
  async function* chunks({ signal, onBadRow, onProgress }: ChunksOptions): AsyncGenerator<ColumnChunk> {
    const check = (): void => {
      throwIfAborted(signal);
      checkOpen();
    };
    check();
    const report: SourceReading["report"] = (progress) => onProgress?.({ phase: "reading", ...progress });
    latest = yield* read({ signal, onBadRow, check, report });
  }
  return {
    ...description,
    chunks: (options = {}) => {
      checkOpen();
      return chunks(options);
    },
    ...(slices && {
      slices: (options) => {
        checkOpen();
        return slices(options);
      },
    }),
    summary: () => {
      checkOpen();
      return latest;
    },
    [Symbol.asyncDispose]: () => {
      // Marked first: what closing does may look whether the source is closed.
      closing ??= Promise.resolve().then(close);
      return closing;
    },
  };
}
