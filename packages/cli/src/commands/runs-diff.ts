import type { Command } from "commander";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import { type CommandLineIo, startInspection, startInvocation, withCommon } from "../invocation/invocation.ts";
import { exitCodes } from "../process/exit-code.ts";
import { comparisonTables } from "../reports/run-comparison.ts";
import { diffText } from "../reports/run-diff.ts";
import { impactText } from "../reports/run-impact.ts";
import { storedRowsText } from "./runs-verify.ts";

/** Adds `atc runs compare`. */
export function addCompareRuns(runs: Command, io: CommandLineIo): void {
  const command = runs
    .command("compare <runs...>")
    .description("Show the metrics of runs side by side, and the keys that differ");
  withConfigKeys(withCommon(command), storageGroups).action(async (names: readonly string[]) => {
    const run = await startInspection(command, io);
    const { openRun } = await import("@atc/runtime/runs");
    const directory = run.setup.config.runsDir;
    const stored = [];
    for (const name of names) stored.push((await openRun(name, { directory })).run);
    if (run.json) run.printJson(stored);
    else run.printFitted(comparisonTables(stored, run.screen));
  });
}

/** Adds `atc runs diff`. */
export function addDiffRuns(runs: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = runs
    .command("diff <run> [other]")
    .description(
      "Name what makes two runs differ: rows, configuration, code or platform, and what each changes (default of the other: the run, computed again over the newest rows)",
    )
    .option("--threads <count>", "threads (default: one per core, fewer in a small container)");
  withConfigKeys(withCommon(command), storageGroups).action(async (first: string, second: string | undefined) => {
    await using run = await startInvocation(command, io, { cache: false });
    const { diffRuns, openRun } = await import("@atc/runtime/runs");
    const { signal, onProgress } = run.data;
    const diff = await diffRuns(run.runtime, first, second, { signal, onProgress });
    if (run.json) run.printJson({ ...diff, first: diff.first ?? null, after: diff.after ?? null });
    else run.printFitted(diffText(diff, run.screen));
    if (!run.json && second === undefined) {
      const { run: stored } = await openRun(diff.before, { directory: run.runtime.config.runsDir });
      run.say(storedRowsText(stored));
    }
    exit(diff.first === undefined && diff.metrics.length === 0 ? exitCodes.ok : exitCodes.found);
  });
}

/** Adds `atc runs impact`. */
export function addRunsImpact(runs: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = runs
    .command("impact <dataset>")
    .description("Show which trades of stored runs change since the rows of a dataset were restated or grew")
    .option("--threads <count>", "threads (default: one per core, fewer in a small container)")
    .option("--no-cache", "compute symbols whose rows are the same too, instead of taking them from the cache");
  withConfigKeys(withCommon(command), storageGroups).action(async (dataset: string) => {
    await using run = await startInvocation(command, io);
    const { dataImpact } = await import("@atc/runtime/runs");
    const { signal, onProgress } = run.data;
    const impacts = await dataImpact(run.runtime, dataset, { signal, onProgress });
    if (run.json) run.printJson(impacts.map(({ run: stored, ...rest }) => ({ run: stored.id, ...rest })));
    else if (impacts.length === 0) run.print(`no stored run of ${dataset} has other rows than its newest generation`);
    else for (const impact of impacts) run.printFitted(impactText(impact, run.screen));
    const isChanged = impacts.some(
      ({ tradedOtherwise, problem }) => tradedOtherwise.length > 0 || problem !== undefined,
    );
    exit(isChanged ? exitCodes.found : exitCodes.ok);
  });
}
