import { type DatasetWriter, fromSystemError } from "@atc/contract";
import { type GenerationPlan, type LockedDirectory, temporaryDirectory } from "../generation/generation-plan.ts";
import { diskRemedy, generationSteps } from "../generation/generation-steps.ts";
import { nextGeneration } from "../generation/publication.ts";
import { checkComplete, checkSlice, type SeriesProgress, unplannedSymbol } from "../generation/series-progress.ts";
import { type WriterFiles, writerFiles } from "../generation/writer-files.ts";

/** A writer of the next generation of the locked dataset. */
export async function datasetWriter(place: LockedDirectory, plan: GenerationPlan): Promise<DatasetWriter> {
  const { directory, lock } = place;
  // Refuses a dataset of a newer format before anything is written.
  await nextGeneration(directory);
  const temporary = temporaryDirectory(place);
  let files: WriterFiles;
  try {
    files = await writerFiles(temporary, plan.columns, plan.written);
  } catch (error) {
    throw fromSystemError(error, `cannot create dataset "${lock.name}" in "${directory}"`, diskRemedy);
  }
  const writer = openWriter(place, plan, files, temporary);
  lock.onRelease(() => writer.abort());
  return writer;
}

function openWriter(
  place: LockedDirectory,
  plan: GenerationPlan,
  files: WriterFiles,
  temporary: string,
): DatasetWriter {
  const { name } = place.lock;
  const progress = progressOf(plan);
  const steps = generationSteps(place, plan, files, temporary);
  return {
    write: (symbol, row, columns) =>
      steps.inOrder(async () => {
        steps.check();
        const series = progress.get(symbol);
        if (series === undefined) throw unplannedSymbol(name, symbol);
        const rows = checkSlice(symbol, series, row, columns, plan);
        if (rows === 0) return;
        await steps.onDisk("write", () => files.write(symbol, row, rows, columns));
        series.written += rows;
        series.lastTime = (columns["timestamp"] as BigInt64Array)[rows - 1] ?? series.lastTime;
      }),
    publish: (attributes, facts) => steps.publish(attributes, facts, async () => checkComplete(name, progress)),
    abort: steps.abort,
    [Symbol.asyncDispose]: steps.abort,
  };
}

function progressOf({ series, retained: { parts } }: GenerationPlan): ReadonlyMap<string, SeriesProgress> {
  const lastTime = (symbol: string): bigint => BigInt(parts.get(symbol)?.at(-1)?.lastTime ?? 0);
  return new Map(
    series.map(({ symbol, rows, kept }) => [symbol, { rows, kept, written: kept, lastTime: lastTime(symbol) }]),
  );
}
