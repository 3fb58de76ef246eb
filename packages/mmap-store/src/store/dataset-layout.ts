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

/** A layout of the next generation of the locked dataset, in `given` where the caller may go on with files of an earlier one. */
export async function datasetLayout(
  place: LockedDirectory,
  plan: GenerationPlan,
  given: string | undefined,
): Promise<DatasetLayout> {
  const { lock } = place;
  const temporary = given === undefined ? temporaryDirectory(place) : checkedDirectory(lock, given);
  const opening = openLayout(place, plan, temporary);
  // The lock is given back only after the last file was removed.
  lock.onRelease(async () => {
    const layout = await opening.catch(() => undefined);
    await layout?.abort();
  });
  try {
    return await opening;
  } catch (error) {
    // What an earlier process left stays for another attempt; it goes with the lock.
    if (given === undefined) await removeQuietly(temporary);
    throw error;
  }
}

/** Refuses a directory outside of the lock's scratch directory: what is in it may be removed. */
function checkedDirectory({ name, scratch = "" }: HeldLock, given: string): string {
  const within = isAbsolute(given) ? relative(scratch, resolve(given)) : "";
  if (within !== "" && !isAbsolute(within) && !/^\.\.(?:[/\\]|$)/.test(within)) return resolve(given);
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `cannot lay out dataset "${name}" in "${given}": give a directory within the lock's scratch directory "${scratch}"`,
    { details: { dataset: name, path: given } },
  );
}

async function openLayout(place: LockedDirectory, plan: GenerationPlan, temporary: string): Promise<DatasetLayout> {
  const { directory, lock } = place;
  // A dataset of a newer format is refused before anything is written.
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
  const written: GenerationFiles = {
    segments: (nameOf) => segments.map((_, index) => files.stored(index, nameOf(index), ledger.rangeOf)),
    parts: () => writtenParts(parts, ledger.rangeOf),
    paths: () => paths,
    async discard() {
      await files.filled().catch(() => undefined);
      await disk.settled();
      await removeQuietly(temporary);
    },
  };
  const steps = generationSteps(place, plan, written, temporary);
  // A failure is kept, and thrown by whatever is called next.
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
      // Rows may have come to any of them.
      for (const path of paths) disk.touch(path);
      disk.start();
    },
    placed(rows) {
      steps.check();
      ledger.tell(rows);
    },
    publish: (attributes) =>
      steps.publish(attributes, async () => {
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
