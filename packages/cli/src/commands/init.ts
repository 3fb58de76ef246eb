import { resolve } from "node:path";
import { printableText } from "@atc/plugin-kit";
import { version } from "@atc/runtime";
import type { Command } from "commander";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { type NewPlugin, newPlugin, templateKinds, writePlugin } from "./init-plugin.ts";
import { checkedName, writeProgram } from "./init-program.ts";

const uses: Readonly<Record<NewPlugin["kind"], (name: string) => string>> = {
  codec: (name) => `with "useCompression: true" and "compressionAlgorithm: ${name}" in atc.yaml`,
  "byte-store": (name) => `with "cacheStore: ${name}" in atc.yaml`,
  source: (name) => `for files that end in .${name}, or with --source ${name}`,
};

/** How the packages of a new folder are installed. */
const installLine =
  version === "0.0.0"
    ? "npm install PATH/tarballs/*.tgz   (the @atc packages are not published yet: `npm run pack` in their checkout makes these files)"
    : "npm install";

/** What to do with the new package. */
function nextSteps({ pluginName, kind, packageName }: NewPlugin, folder: string): readonly string[] {
  return [
    `cd ${folder}`,
    installLine,
    "npm test                            (compiles the package and runs the suite of its kind)",
    `then install "${packageName}" next to @atc/cli; atc uses it ${uses[kind](pluginName)}`,
  ];
}

function addPlugin(init: Command, io: CommandLineIo): void {
  const command = init
    .command("plugin <name>")
    .description("Write the package of a plugin into a new folder: it builds, and passes the suite of its kind")
    .requiredOption("--kind <kind>", `what it is: ${templateKinds.join(", ")}`)
    .option("--json", "print results as JSON")
    .option("--quiet", "print errors only");
  command.action(async (name: string) => {
    const { kind, json, quiet } = command.optsWithGlobals<{ kind: string; json?: boolean; quiet?: boolean }>();
    const plugin = newPlugin(name, kind);
    const folder = resolve(io.cwd, plugin.pluginName);
    const files = await writePlugin(plugin, folder);
    if (json === true) {
      io.stdout.write(`${JSON.stringify({ ...plugin, folder, files }, undefined, 2)}\n`);
      return;
    }
    if (quiet === true) return;
    const lines = [
      `wrote the ${kind} "${plugin.pluginName}" to ${folder}:`,
      ...files.map((file) => `  ${file}`),
      "",
      "Next:",
      ...nextSteps(plugin, plugin.pluginName).map((step) => `  ${step}`),
    ];
    io.stdout.write(`${printableText(lines.join("\n"))}\n`);
  });
}

function addProgram(init: Command, io: CommandLineIo): void {
  const command = init
    .command("program <name>")
    .description("Write a program that uses @atc/runtime into a new folder: it backtests a file")
    .option("--json", "print results as JSON")
    .option("--quiet", "print errors only");
  command.action(async (given: string) => {
    const { json, quiet } = command.optsWithGlobals<{ json?: boolean; quiet?: boolean }>();
    const name = checkedName(given);
    const folder = resolve(io.cwd, name);
    const files = await writeProgram(name, folder);
    if (json === true) {
      io.stdout.write(`${JSON.stringify({ name, folder, files }, undefined, 2)}\n`);
      return;
    }
    if (quiet === true) return;
    const lines = [
      `wrote a program to ${folder}:`,
      ...files.map((file) => `  ${file}`),
      "",
      "Next:",
      ...[`cd ${name}`, installLine, "node backtest.mjs FILE.csv"].map((step) => `  ${step}`),
    ];
    io.stdout.write(`${printableText(lines.join("\n"))}\n`);
  });
}

export function addInit(program: Command, io: CommandLineIo): void {
  const command = program.command("init").description("Start a program or a plugin of your own");
  addProgram(command, io);
  addPlugin(command, io);
}
