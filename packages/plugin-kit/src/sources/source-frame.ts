import type { ChunksOptions, ColumnChunk, DataSource, Progress, SourceSummary } from "@atc/contract";
import { AtcError, throwIfAborted } from "@atc/contract";

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
  /**
   * Gives back what the source holds open; called once. Readings that wait for their next step have ended by then; the `check` of one that is in the
   * middle of a step throws. Nothing is held if absent.
   */
  close?(): Promise<void>;
}

/** A reading that has begun and not ended. */
interface OpenReading {
  readonly chunks: AsyncGenerator<ColumnChunk>;
  /** Steps that are awaited now. */
  steps: number;
}

function ended(readings: readonly OpenReading[]): Promise<readonly PromiseSettledResult<unknown>[]> {
  return Promise.allSettled(readings.map(({ chunks }) => chunks.return(undefined)));
}

/**
 * A source with the behaviour that all sources have: after disposal, which may be repeated, every call and every step of a reading ends with ATC_CLOSED; a
 * reading starts only if the signal is not aborted; the summary is that of the last reading that came to its end. Disposal ends the readings that were
 * left unfinished, so that their files are closed.
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
  /** Steps of a reading, which is kept in mind from its first step to its end. */
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
    // A reading in the middle of a step may need this to end the step.
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
      // Marked first: what closing does may look whether the source is closed.
      closing ??= Promise.resolve().then(closeAll);
      return closing;
    },
  };
}
