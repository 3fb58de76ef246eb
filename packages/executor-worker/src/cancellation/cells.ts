import { AtcError, type ProgressListener, type TaskContext } from "@atc/contract";

/**
 * Flags that both threads see, two cells for each place: whether the task there was cancelled, and whether it has started.
 * A place is used again only after its task ended, so the cells need no generation.
 */
export type Cells = Int32Array<SharedArrayBuffer>;

/** Cells for `places` tasks at once. */
export function createCells(places: number): Cells {
  return new Int32Array(new SharedArrayBuffer(places * 2 * Int32Array.BYTES_PER_ELEMENT));
}

/** Prepares a place for the next task. */
export function clearCells(cells: Cells, place: number): void {
  Atomics.store(cells, place * 2, 0);
  Atomics.store(cells, place * 2 + 1, 0);
}

/** Asks the task at `place` to end. */
export function cancel(cells: Cells, place: number): void {
  Atomics.store(cells, place * 2, 1);
  Atomics.notify(cells, place * 2);
}

/** Notes that the task at `place` runs. */
export function start(cells: Cells, place: number): void {
  Atomics.store(cells, place * 2 + 1, 1);
}

/** Whether the task at `place` runs or ran. */
export function hasStarted(cells: Cells, place: number): boolean {
  return Atomics.load(cells, place * 2 + 1) === 1;
}

/** A context over shared cells, until {@link CellContext.end}. */
export interface CellContext extends TaskContext {
  /** Lets go of what waits for a cancellation. */
  end(): void;
}

/** `Atomics.waitAsync` is of ES2024, whose library is not used here; Node 20 has it. */
interface AsyncAtomics {
  waitAsync(cells: Cells, index: number, value: number): { readonly async: boolean; readonly value: unknown };
}

/** What the task at `place` is given. */
export function cellContext(cells: Cells, place: number, onProgress: ProgressListener): CellContext {
  const index = place * 2;
  let controller: AbortController | undefined;
  let ended = false;
  const isCancelled = (): boolean => Atomics.load(cells, index) === 1;
  function watch(target: AbortController): void {
    const { value } = (Atomics as unknown as AsyncAtomics).waitAsync(cells, index, 0);
    void Promise.resolve(value).then(() => {
      if (!ended) target.abort(cancelled());
    });
  }
  return {
    onProgress,
    throwIfCancelled() {
      if (isCancelled()) throw cancelled();
    },
    get signal() {
      if (controller === undefined) {
        controller = new AbortController();
        if (isCancelled()) controller.abort(cancelled());
        else watch(controller);
      }
      return controller.signal;
    },
    end() {
      ended = true;
      if (controller !== undefined) Atomics.notify(cells, index);
    },
  };
}

/** What a cancelled task throws; whoever submitted it gets the reason of their signal instead. */
export function cancelled(): AtcError {
  return new AtcError("ATC_ABORTED", "the task was cancelled");
}
