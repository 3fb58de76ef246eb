import { stat } from "node:fs/promises";
import { absentOnly, isAtcError } from "@atc/contract";
import { type StaleDataset, staleDatasets } from "@atc/runtime";
import type { Command } from "commander";
import { parseAge } from "../invocation/age.ts";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo, Invocation } from "../invocation/invocation.ts";
import { startInvocation, withCommon } from "../invocation/invocation.ts";
import { bytes, counted } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
import { textTable } from "../text/text-table.ts";

/** What happened to a stale dataset. */
interface Pruned extends StaleDataset {
  readonly removed: boolean;
  /** Why it was kept. */
  readonly reason?: string;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(absentOnly)) !== undefined;
}

/** Removes a dataset unless it holds rows that no file has, or another process is writing it. */
async function prune(run: Invocation, stale: StaleDataset, includeUnique: boolean, isDry: boolean): Promise<Pruned> {
  const { name, unique } = stale;
  if (unique !== undefined && !includeUnique) return { ...stale, removed: false, reason: unique };
  if (isDry) return { ...stale, removed: true };
  try {
    await run.runtime.store.delete(name, { signal: run.io.signal });
    return { ...stale, removed: true };
  } catch (error) {
    if (!isAtcError(error, "ATC_LOCKED")) throw error;
    return { ...stale, removed: false, reason: "it is being written" };
  }
}

function prunedTable(all: readonly Pruned[], word: string, screen: Screen): string {
  return textTable(
    [
      { title: "dataset", align: "left" },
      { title: "written", align: "left" },
      { title: "size", align: "right" },
      { title: "state", align: "left" },
    ],
    all.map(({ name, writtenAt, bytes: size, removed, reason }) => [
      name,
      new Date(writtenAt).toISOString().slice(0, 10),
      bytes(size),
      removed ? word : `kept: ${reason}`,
    ]),
    screen,
  );
}

/** Adds `atc data prune`. */
export function addPruneData(data: Command, io: CommandLineIo): void {
  const command = data
    .command("prune")
    .description("Delete datasets that were not written for long; the files that they were read from stay")
    .requiredOption("--older-than <age>", "datasets that were written longer ago, such as 30d, 12h or 2w")
    .option("--include-unique", "also those whose rows no file has: appended, resampled, or the file is gone")
    .option("--dry-run", "only show what would be deleted");
  withConfigKeys(withCommon(command), storageGroups).action(async () => {
    await using run = await startInvocation(command, io);
    const { olderThan, includeUnique, dryRun } = run.options;
    const writtenBefore = Date.now() - parseAge(String(olderThan), "--older-than");
    const all: Pruned[] = [];
    for (const stale of await staleDatasets(run.runtime.store, { writtenBefore, exists }))
      all.push(await prune(run, stale, includeUnique === true, dryRun === true));
    const removed = all.filter((one) => one.removed);
    const freed = removed.reduce((sum, one) => sum + one.bytes, 0);
    if (run.json)
      return run.printJson({ dryRun: dryRun === true, removed: removed.length, bytes: freed, datasets: all });
    const word = dryRun === true ? "would be deleted" : "deleted";
    if (all.length > 0) run.printFitted(prunedTable(all, word, run.screen));
    run.print(`${counted(removed.length, "dataset")}, ${bytes(freed)}, ${word}`);
    if (all.some(({ unique, removed: gone }) => unique !== undefined && !gone))
      run.say("--include-unique also deletes datasets whose rows cannot be read again");
  });
}
