import { installedSources } from "@atc/runtime";
import type { Command } from "commander";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInvocation, withCommon } from "../invocation/invocation.ts";
import { textTable } from "../text/text-table.ts";

export function addSources(data: Command, io: CommandLineIo): void {
  const command = data.command("sources").description("List the installed sources with their file endings and options");
  withConfigKeys(withCommon(command), storageGroups).action(async () => {
    await using run = await startInvocation(command, io);
    const sources = await installedSources(run.runtime);
    if (run.json)
      return run.printJson(
        sources.map(({ name, packageName, version, extensions, options }) => ({
          name,
          package: packageName,
          version,
          extensions,
          options,
        })),
      );
    run.printFitted(
      textTable(
        [
          { title: "source", align: "left" },
          { title: "package", align: "left" },
          { title: "reads", align: "left" },
        ],
        sources.map(({ name, packageName, extensions }) => [name, packageName, extensions.join(" ")]),
        run.screen,
      ),
    );
    for (const { name, options } of sources) {
      if (Object.keys(options).length === 0) continue;
      run.print("", `--source-option for ${name}:`);
      for (const [option, text] of Object.entries(options)) {
        const name = `  ${option.padEnd(16)} `;
        run.printLine(name + text, " ".repeat(name.length - 2));
      }
    }
  });
}
