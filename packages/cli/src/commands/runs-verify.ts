import { printableLine } from "@atc/plugin-kit";
import type { StoredRun } from "@atc/runtime/runs";
import type { Command } from "commander";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import { type CommandLineIo, startInvocation, withCommon } from "../invocation/invocation.ts";
import { exitCodes } from "../process/exit-code.ts";
import { mismatchTable } from "../reports/mismatch-table.ts";
import { counted } from "../text/number-format.ts";

/** What was compared. */
function comparedText({ kind, table, findings }: StoredRun, symbols: number): string {
  if (table !== undefined) return `${counted(table.rows, "row")} of the table, and the verdict`;
  const windows = findings?.["windows"];
  if (Array.isArray(windows)) return `${counted(windows.length, "window")} of ${counted(symbols, "symbol")}`;
  return `${counted(symbols, "symbol")}${kind === "validation" ? ", and the verdict" : ""}`;
}

/** Which rows a run is computed over again: an edited file is not among them until it is read. */
export function storedRowsText({ data: { dataset, path } }: Pick<StoredRun, "data">): string {
  const stored = `the rows are those that the dataset "${printableLine(dataset)}" has stored`;
  return path === dataset ? stored : `${stored}: a backtest reads "${printableLine(path)}" again if it has changed`;
}

/** Adds `atc runs verify`. */
export function addVerifyRun(runs: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = runs
    .command("verify [run]")
    .description(
      "Compute a run again and compare curves and trades bit for bit, metrics within 1e-12 (default: latest)",
    )
    .option("--threads <count>", "threads (default: one per core, fewer in a small container)");
  withConfigKeys(withCommon(command), storageGroups).action(async (name: string = "latest") => {
    await using run = await startInvocation(command, io, { cache: false });
    const { verifyRun } = await import("@atc/runtime/runs");
    const { signal, onProgress } = run.data;
    const { run: stored, ...verified } = await verifyRun(run.runtime, name, { signal, onProgress });
    if (run.json) run.printJson({ run: stored.id, ...verified });
    else if (verified.isSame)
      run.print(`run ${stored.id} is the same when it is computed again: ${comparedText(stored, verified.symbols)}`);
    else {
      run.print(`run ${stored.id} differs when it is computed again:`);
      run.printFitted(mismatchTable(verified.mismatches, run.screen));
      run.say("", `atc runs diff ${stored.id} names what has changed`);
    }
    if (!run.json) run.say(storedRowsText(stored));
    exit(verified.isSame ? exitCodes.ok : exitCodes.found);
  });
}
