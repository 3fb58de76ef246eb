import { AtcError } from "@atc/contract";
import type { Command } from "commander";
import { ageText, parseAge } from "../invocation/age.ts";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import { type CommandLineIo, startInspection, withCommon } from "../invocation/invocation.ts";
import { counted } from "../text/number-format.ts";

function countOf(value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new AtcError("ATC_INVALID_ARGUMENT", `--keep is "${value}"; give a whole number of 0 or more`, {
    details: { flag: "--keep", value },
  });
}

/** Adds `atc runs prune`. */
export function addPruneRuns(runs: Command, io: CommandLineIo): void {
  const command = runs
    .command("prune")
    .description("Remove old runs")
    .option("--older-than <age>", "remove runs that are older, such as 30d, 12h or 2w; days without a unit")
    .option("--keep <count>", "remove all but this many of the newest runs")
    .option("--dry-run", "name the runs, but remove none");
  withConfigKeys(withCommon(command), storageGroups).action(async () => {
    const run = await startInspection(command, io);
    const { olderThan, keep, dryRun } = run.options;
    if (olderThan === undefined && keep === undefined)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        "nothing says which runs stay; give --older-than AGE, --keep COUNT, or both",
      );
    const { pruneRuns } = await import("@atc/runtime/runs");
    const isDry = dryRun === true;
    const maxAge = olderThan === undefined ? undefined : parseAge(String(olderThan), "--older-than");
    const pruned = await pruneRuns({
      directory: run.setup.config.runsDir,
      isDry,
      ...(maxAge === undefined ? {} : { maxAge }),
      ...(keep === undefined ? {} : { keep: countOf(String(keep)) }),
    });
    if (run.json) return run.printJson({ removed: !isDry, runs: pruned });
    for (const id of pruned) run.print(`${isDry ? "would remove" : "removed"} ${id}`);
    const limits = [
      ...(maxAge === undefined ? [] : [`older than ${ageText(maxAge)}`]),
      ...(keep === undefined ? [] : [`beyond the newest ${countOf(String(keep))}`]),
    ];
    run.say(`${isDry ? "would remove" : "removed"} ${counted(pruned.length, "run")} ${limits.join(" or ")}`);
  });
}
