import { isAbsolute, relative, resolve } from "node:path";
import { AtcError, type DatasetLayout, fromSystemError } from "@atc/contract";
import { removeQuietly } from "../base/file-system.ts";
import { type GenerationFiles, writtenParts } from "../generation/generation-files.ts";
import { type GenerationPlan, type LockedDirectory, temporaryDirectory } from "../generation/generation-plan.ts";
import { diskRemedy, generationSteps } from "../generation/generation-steps.ts";
import { type LayoutFiles, layoutFiles } from "../generation/layout-files.ts";
import { placedRowsLedger } from "../generation/placed-rows-ledger.ts";
import { nextGeneration } from "../generation/publication.ts";
import { checkComplete, unplannedSymbol } from "../generation/series-progress.ts";
import type { HeldLock } from "../lock/dataset-lock.ts";
import { backgroundSync } from "../segment/background-sync.ts";

/** A layout of the next generation of the locked dataset. If `directory` is given, resumes an earlier layout in it. */
export async function datasetLayout(
  place: LockedDirectory,
  plan: GenerationPlan,
  directory: string | undefined,
): Promise<DatasetLayout> {
  const { lock } = place;
  const temporary = directory === undefined ? temporaryDirectory(place) : checkedDirectory(lock, directory);
  const opening = openLayout(place, plan, temporary);
  // The lock is released only after the last temporary file is removed.
  lock.onRelease(async () => {
    const layout = await opening.catch(() => undefined);
    await layout?.abort();
  });
  try {
    return await opening;
  } catch (error) {
    // The files of an earlier process stay for another attempt, until the lock is released.
    if (directory === undefined) await removeQuietly(temporary);
    throw error;
  }
}

/** Whether a path is below the lock's scratch directory. */
function isWithin(scratch: string | undefined, path: string): boolean {
  if (scratch === undefined) return false;
  const within = relative(scratch, resolve(path));
  return within !== "" && !isAbsolute(within) && !/^\.\.(?:[/\\]|$)/.test(within);
}

/** Refuses a directory outside of the lock's scratch directory, since its content may be removed. */
function checkedDirectory({ name, scratch = "" }: HeldLock, path: string): string {
  if (isAbsolute(path) && isWithin(scratch, path)) return resolve(path);
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `cannot lay out dataset "${name}" in "${path}": give a directory within the lock's scratch directory "${scratch}"`,
    { details: { dataset: name, path } },
  );
}

async function openLayout(place: LockedDirectory, plan: GenerationPlan, temporary: string): Promise<DatasetLayout> {
  const { directory, lock } = place;
  // Refuses a dataset of a newer format before anything is written.
  await nextGeneration(directory);
  try {
    return layoutOf(place, plan, await layoutFiles(temporary, plan.columns, plan.written), temporary);
  } catch (error) {
    throw fromSystemError(error, `cannot lay out dataset "${lock.name}" in "${temporary}"`, diskRemedy);
  }
}

function layoutOf(place: LockedDirectory, plan: GenerationPlan, files: LayoutFiles, temporary: string): DatasetLayout {
  const { name } = place.lock;
  const { segments, parts } = plan.written;
  const { paths } = files;
  const ledger = placedRowsLedger(name, plan.columns, parts);
  const disk = backgroundSync();
  const isWithinScratch = isWithin(place.lock.scratch, temporary);
  const written: GenerationFiles = {
    segments: (nameOf) => segments.map((_, index) => files.stored(index, nameOf(index), ledger.rangeOf)),
    parts: () => writtenParts(parts, ledger.rangeOf),
    paths: () => paths,
    async discard() {
      await files.filled().catch(() => undefined);
      await disk.settled();
      if (!(isWithinScratch && place.lock.isScratchKept())) await removeQuietly(temporary);
    },
  };
  const steps = generationSteps(place, plan, written, temporary);
  // Keeps a failure for the next call, which throws it.
  steps.onDisk("lay out", files.filled).catch(() => undefined);
  return {
    isResumed: files.isResumed,
    extents(symbol) {
      steps.check();
      const list = parts.get(symbol);
      if (list === undefined) throw unplannedSymbol(name, symbol);
      return list.map(files.extentOf);
    },
    sync() {
      steps.check();
      // Callers may have written to any of them.
      for (const path of paths) disk.touch(path);
      disk.start();
    },
    placed(rows) {
      steps.check();
      ledger.register(rows);
    },
    publish: (attributes, facts) =>
      steps.publish(attributes, facts, async () => {
        checkComplete(name, ledger.progress);
        await steps.onDisk("publish", async () => {
          await files.filled();
          await disk.finish(paths);
        });
      }),
    abort: steps.abort,
    [Symbol.asyncDispose]: steps.abort,
  };
}
