import { AtcError } from "@atc/contract";
import type { RunKind } from "@atc/runtime/runs";
import type { Command } from "commander";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import { type CommandLineIo, startInspection, withCommon } from "../invocation/invocation.ts";
import { runLines, runsTable } from "../reports/runs-table.ts";
import { labelledLines } from "../text/labelled-lines.ts";
import { counted } from "../text/number-format.ts";
import { addCompareRuns, addDiffRuns, addRunsImpact } from "./runs-diff.ts";
import { addExportRun } from "./runs-export.ts";
import { addPruneRuns } from "./runs-prune.ts";
import { addVerifyRun } from "./runs-verify.ts";

/** The kind that `--kind` names; undefined without it. */
function kindOf(text: unknown, kinds: readonly RunKind[]): RunKind | undefined {
  if (text === undefined) return undefined;
  const kind = kinds.find((one) => one === text);
  if (kind !== undefined) return kind;
  throw new AtcError("ATC_INVALID_ARGUMENT", `--kind is "${String(text)}"; give ${kinds.join(", ")}`, {
    details: { flag: "--kind", value: String(text) },
  });
}

function addList(runs: Command, io: CommandLineIo): void {
  const command = runs
    .command("list")
    .description("List the stored runs, the newest first")
    .option("--kind <kind>", "only runs of this kind: backtest, sweep, walk-forward or validation");
  withConfigKeys(withCommon(command), storageGroups).action(async () => {
    const run = await startInspection(command, io);
    const { listRuns, runKinds } = await import("@atc/runtime/runs");
    const directory = run.setup.config.runsDir;
    const kind = kindOf(run.options["kind"], runKinds);
    const listed = await listRuns({ directory, ...(kind === undefined ? {} : { kind }) });
    if (run.json) return run.printJson(listed.map(({ run: stored, ...rest }) => ({ ...stored, ...rest })));
    if (listed.length === 0)
      return run.print(
        kind === undefined
          ? `no run in ${directory}; atc backtest stores one`
          : `no ${kind} in ${directory}; atc runs list shows runs of every kind`,
      );
    run.print(`${directory}: ${counted(listed.length, "run")}`);
    run.printFitted(runsTable(listed, run.screen));
    run.say("", "atc runs show RUN describes a run; RUN is its name, its last part, or latest");
  });
}

function addShow(runs: Command, io: CommandLineIo): void {
  const command = runs.command("show [run]").description("Describe a stored run (default: latest)");
  withConfigKeys(withCommon(command), storageGroups).action(async (name: string = "latest") => {
    const run = await startInspection(command, io);
    const { openRun } = await import("@atc/runtime/runs");
    const stored = await openRun(name, { directory: run.setup.config.runsDir });
    if (run.json) return run.printJson({ ...stored.run, bytes: stored.bytes, perSymbol: await stored.symbols() });
    for (const line of labelledLines(runLines(stored.run, stored.bytes), run.screen)) run.print(line);
  });
}

function addRemove(runs: Command, io: CommandLineIo): void {
  const command = runs.command("rm <run...>").description("Remove stored runs");
  withConfigKeys(withCommon(command), storageGroups).action(async (names: readonly string[]) => {
    const run = await startInspection(command, io);
    const { removeRun, resolveRunId } = await import("@atc/runtime/runs");
    const directory = run.setup.config.runsDir;
    const ids: string[] = [];
    for (const name of names) ids.push(await resolveRunId(directory, name));
    const removed: string[] = [];
    for (const id of new Set(ids)) removed.push(await removeRun(id, { directory }));
    if (run.json) run.printJson(removed);
    else for (const id of removed) run.print(`removed ${id}`);
  });
}

/** Adds `atc runs`. */
export function addRuns(program: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const runs = program.command("runs").description("List, compare, verify and remove stored runs");
  addList(runs, io);
  addShow(runs, io);
  addCompareRuns(runs, io);
  addVerifyRun(runs, io, exit);
  addDiffRuns(runs, io, exit);
  addRunsImpact(runs, io, exit);
  addExportRun(runs, io);
  addRemove(runs, io);
  addPruneRuns(runs, io);
}
