import type { ChunksOptions, ColumnChunk, DataSource, Progress, SourceSummary } from "@atc/contract";
import { AtcError, throwIfAborted } from "@atc/contract";

/** One reading of a source, from the point of view of the source's code. */
export interface SourceReading extends Pick<ChunksOptions, "signal" | "onBadRow"> {
  /**
   * Throws ATC_ABORTED if the signal is aborted, and ATC_CLOSED if the source is disposed. Call it before each step
   * that takes time.
   */
  check(): void;
  /** Reports the progress of the phase `reading` to the listener, if there is one. */
  report(progress: Omit<Progress, "phase">): void;
}

/** The description of a source and its reader: the argument of {@link createDataSource}. */
export interface SourceFrame
  extends Pick<DataSource, "identity" | "kind" | "columns" | "notes" | "columnOrigins" | "timeIs" | "slices"> {
  /** Reads all rows from the start, possibly concurrently with other readings. Its return value becomes the summary. */
  read(reading: SourceReading): AsyncGenerator<ColumnChunk, SourceSummary, undefined>;
  /**
   * Releases what the source holds open. Called once, after readings that wait for their next step have ended. If a
   * reading is in the middle of a step, its `check` throws. Default: nothing is held.
   */
  close?(): Promise<void>;
}

/** A reading in progress. */
interface OpenReading {
  readonly chunks: AsyncGenerator<ColumnChunk>;
  /** Number of steps in progress. */
  steps: number;
}

function ended(readings: readonly OpenReading[]): Promise<readonly PromiseSettledResult<unknown>[]> {
  return Promise.allSettled(readings.map(({ chunks }) => chunks.return(undefined)));
}

/**
 * Creates a source with the behaviour that all sources share. After disposal, which may be repeated, every call and
 * every step of a reading throws ATC_CLOSED. A reading starts only if the signal is not aborted. The summary is that
 * of the last complete reading. Disposal ends unfinished readings, so that their files are closed.
 */
export function createDataSource(frame: SourceFrame): DataSource {
  const { read, close, slices, ...description } = frame;
  const { name } = description.identity;
  const open = new Set<OpenReading>();
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
  /** The steps of a reading, which is in `open` from its first step to its end. */
  const tracked = (generator: AsyncGenerator<ColumnChunk>): AsyncIterableIterator<ColumnChunk> => {
    const reading: OpenReading = { chunks: generator, steps: 0 };
    let isOver = false;
    const end = (): void => {
      isOver = true;
      open.delete(reading);
    };
    const iterator: AsyncIterableIterator<ColumnChunk> = {
      next: async () => {
        if (isOver) return { done: true, value: undefined };
        checkOpen();
        open.add(reading);
        reading.steps++;
        try {
          const step = await generator.next();
          if (step.done === true) end();
          return step;
        } catch (error) {
          open.delete(reading);
          throw error;
        } finally {
          reading.steps--;
        }
      },
      return: async () => {
        end();
        return await generator.return(undefined);
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  };
  const closeAll = async (): Promise<void> => {
    const waiting = [...open].filter(({ steps }) => steps === 0);
    const stepping = [...open].filter(({ steps }) => steps > 0);
    const before = await ended(waiting);
    // A reading in the middle of a step may wait for this to end the step.
    await close?.();
    const failed = [before, await ended(stepping)].flat().find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  };
  return {
    ...description,
    chunks: (options = {}) => {
      checkOpen();
      return tracked(chunks(options));
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
      // Assigned first, because closing may call `checkOpen`.
      closing ??= Promise.resolve().then(closeAll);
      return closing;
    },
  };
}
