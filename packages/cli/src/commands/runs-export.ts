import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fromSystemError } from "@atc/contract";
import type { Command } from "commander";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import { type CommandLineIo, startInspection, withCommon } from "../invocation/invocation.ts";
import { checkOutputs } from "../invocation/output-files.ts";

/** Adds `atc runs export`. */
export function addExportRun(runs: Command, io: CommandLineIo): void {
  const command = runs
    .command("export [run]")
    .description("Write the configuration of a run as an atc.yaml that reproduces it (default: latest)")
    .option("-o, --output <file>", "the file (default: - for standard output)")
    .option("--space <file>", "also write what a sweep or a walk-forward searched, for --space of these commands")
    .option("--force", "replace a file that exists");
  withConfigKeys(withCommon(command), storageGroups).action(async (name: string = "latest") => {
    const run = await startInspection(command, io);
    const { openRun, runConfigText, runSpaceText } = await import("@atc/runtime/runs");
    const { output = "-", space, force } = run.options;
    const isPrinted = output === "-";
    const file = resolve(io.cwd, String(output));
    const spaceFile = space === undefined ? undefined : resolve(io.cwd, String(space));
    const files = [
      ...(isPrinted ? [] : [{ flag: "--output", file }]),
      ...(spaceFile === undefined ? [] : [{ flag: "--space", file: spaceFile }]),
    ];
    checkOutputs(files, { inputs: [], cwd: io.cwd, force: force === true });
    const { run: stored } = await openRun(name, { directory: run.setup.config.runsDir });
    const spaceText = spaceFile === undefined ? undefined : runSpaceText(stored);
    const text = runConfigText(stored, space === undefined ? {} : { space: String(space) });
    const write = async (path: string, content: string): Promise<void> =>
      await writeFile(path, content, { flag: force === true ? "w" : "wx" }).catch((error: unknown) => {
        throw fromSystemError(error, `cannot write "${path}"`, "check the folder and its permissions");
      });
    if (spaceFile !== undefined && spaceText !== undefined) await write(spaceFile, spaceText);
    if (!isPrinted) await write(file, text);
    const said = spaceFile === undefined ? {} : { space: spaceFile };
    if (run.json) run.printJson({ run: stored.id, ...(isPrinted ? { text } : { file }), ...said });
    else if (isPrinted) run.print(...text.trimEnd().split("\n"));
    else run.say(`wrote ${file}`);
    if (spaceFile !== undefined) run.say(`wrote ${spaceFile}`);
  });
}
