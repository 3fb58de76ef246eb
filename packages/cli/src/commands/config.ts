import { configJsonSchema, configKeys, describeOrigin, sharesText, valuesText } from "@atc/runtime";
import type { Command } from "commander";
import { withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInspection, withCommon } from "../invocation/invocation.ts";
import { textTable } from "../text/text-table.ts";

function valueText({ name, kind }: (typeof configKeys)[number], values: Readonly<Record<string, unknown>>): string {
  const value = values[name];
  if (Array.isArray(value)) return `[${value.join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value ?? "none");
  return kind === "values" ? valuesText(value) || "none" : sharesText(value);
}

export function addConfig(program: Command, io: CommandLineIo): void {
  const command = program
    .command("config")
    .description("Print the effective configuration and where each value came from")
    .option("--schema", "print the JSON Schema of a configuration file, for editors");
  withConfigKeys(withCommon(command)).action(async () => {
    if (command.opts()["schema"] === true) {
      io.stdout.write(`${JSON.stringify(configJsonSchema, undefined, 2)}\n`);
      return;
    }
    const run = await startInspection(command, io);
    const { config, origins, file } = run.setup.loaded;
    const values = config as unknown as Readonly<Record<string, unknown>>;
    if (run.json) {
      const shown = Object.fromEntries(configKeys.map(({ name }) => [name, values[name] ?? null]));
      const from = Object.fromEntries(configKeys.map(({ name }) => [name, describeOrigin(origins[name])]));
      return run.printJson({ config: shown, origins: from, file: file ?? null });
    }
    run.printFitted(
      textTable(
        [
          { title: "key", align: "left" },
          { title: "value", align: "left" },
          { title: "from", align: "left" },
        ],
        configKeys.map((key) => {
          return [key.name, valueText(key, values), describeOrigin(origins[key.name])];
        }),
        run.screen,
      ),
    );
    if (file === undefined) run.say("", "no configuration file was found; put atc.yaml in this folder to have one");
  });
}
