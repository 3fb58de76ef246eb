import { configKeys } from "@atc/runtime";
import type { Command } from "commander";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { choice } from "../invocation/reading-options.ts";
import { type CompletedCommand, completionScript, shells } from "../text/completion-script.ts";

/** The options of the configuration: both forms of a boolean key. */
const keys = configKeys.flatMap(({ flag, kind, values = [] }) => {
  if (kind !== "boolean") return [{ flag, values, takesValue: true }];
  return [flag, `--no-${flag.slice(2)}`].map((one) => ({ flag: one, values: [], takesValue: false }));
});
const keyFlags = new Set(keys.map(({ flag }) => flag));

/** The first sentence of a description, without what an example adds. */
function brief(description: string): string {
  return description.split(/[:;(]/)[0]?.trim() ?? "";
}

/** A command and those below it. */
function completed(command: Command, line: readonly string[]): readonly CompletedCommand[] {
  const options = command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, description, required }) =>
      long === undefined || long === null
        ? []
        : [{ flag: long, description: brief(description), takesValue: required }],
    );
  const own: CompletedCommand = {
    line: line.join(" "),
    description: brief(command.description()),
    commands: command.commands.map((one) => ({ name: one.name(), description: brief(one.description()) })),
    options,
    hasKeys: command.options.some(({ long }) => keyFlags.has(long ?? "")),
  };
  return [own, ...command.commands.flatMap((one) => completed(one, [...line, one.name()]))];
}

/** Adds `atc completion`. Add it last: it completes what the program has when it runs. */
export function addCompletion(program: Command, io: CommandLineIo): void {
  program
    .command("completion <shell>")
    .description("Print the script with which bash, zsh or fish completes atc: source <(atc completion bash)")
    .action((shell: string) => {
      const chosen = choice({ shell }, "shell", "the shell", shells);
      if (chosen === undefined) return;
      io.stdout.write(completionScript(chosen, { commands: completed(program, []), keys }));
    });
}
