import { isAtcError } from "@atc/contract";
import type * as Runs from "@atc/runtime/runs";
import type { Command } from "commander";
import type { Invocation } from "../invocation/invocation.ts";

/** Adds `--no-save`. */
export function withSave(command: Command): Command {
  return command.option("--no-save", "do not store the run; atc runs list shows those that are stored");
}

/** Stores the run of a command. A failure is a warning: the results are already there. */
export async function saveRun(run: Invocation, save: (runs: typeof Runs) => Promise<Runs.SavedRun>): Promise<void> {
  try {
    const saved = await save(await import("@atc/runtime/runs"));
    run.say(saved.isNew ? `run ${saved.run.id}` : `the same as run ${saved.run.id}`);
  } catch (error) {
    if (!isAtcError(error) || error.code === "ATC_ABORTED") throw error;
    run.runtime.warn(`the run is not stored: ${error.message}`);
  }
}
