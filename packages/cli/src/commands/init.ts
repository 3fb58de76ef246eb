import { resolve } from "node:path";
import { printableText } from "@atc/plugin-kit";
import { version } from "@atc/runtime";
import type { Command } from "commander";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { type NewPlugin, newPlugin, templateKinds, writePlugin } from "./init-plugin.ts";
import { checkedName, writeProgram } from "./init-program.ts";
import { strategyFiles, writeStrategy } from "./init-strategy.ts";

const uses: Readonly<Record<NewPlugin["kind"], (name: string) => string>> = {
  codec: (name) => `with "useCompression: true" and "compressionAlgorithm: ${name}" in atc.yaml`,
  "byte-store": (name) => `with "cacheStore: ${name}" in atc.yaml`,
  source: (name) => `for files that end in .${name}, or with --source ${name}`,
  strategy: (name) => `with --strategy ${name}`,
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

/** What every `init` command takes. */
interface PrintOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

function print(io: CommandLineIo, { json, quiet }: PrintOptions, result: object, lines: readonly string[]): void {
  if (json === true) io.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  else if (quiet !== true) io.stdout.write(`${printableText(lines.join("\n"))}\n`);
}

async function writePackage(io: CommandLineIo, plugin: NewPlugin, options: PrintOptions): Promise<void> {
  const folder = resolve(io.cwd, plugin.pluginName);
  const files = await writePlugin(plugin, folder);
  print(io, options, { ...plugin, folder, files }, [
    `wrote the ${plugin.kind} "${plugin.pluginName}" to ${folder}:`,
    ...files.map((file) => `  ${file}`),
    "",
    "Next:",
    ...nextSteps(plugin, plugin.pluginName).map((step) => `  ${step}`),
  ]);
}

function addPlugin(init: Command, io: CommandLineIo): void {
  const command = init
    .command("plugin <name>")
    .description("Write the package of a plugin into a new folder: it builds, and passes the suite of its kind")
    .requiredOption("--kind <kind>", `what it is: ${templateKinds.join(", ")}`)
    .option("--json", "print results as JSON")
    .option("--quiet", "print errors only");
  command.action(async (name: string) => {
    const { kind, ...options } = command.optsWithGlobals<PrintOptions & { kind: string }>();
    await writePackage(io, newPlugin(name, kind), options);
  });
}

async function writeModule(io: CommandLineIo, name: string, options: PrintOptions): Promise<void> {
  const files = strategyFiles(name, io.cwd);
  await writeStrategy(name, files, io.cwd);
  const { file, test } = files;
  print(io, options, { name, folder: io.cwd, files: [file, test] }, [
    `wrote the strategy "${name}" to ${file}, and its test to ${test}`,
    "",
    "Next:",
    `  node --test ${test}`,
    `  atc backtest bars.csv --strategy ./${file}`,
    `  then replace the rule in ${file}, and the decisions in ${test}`,
  ]);
}

function addStrategy(init: Command, io: CommandLineIo): void {
  const command = init
    .command("strategy <name>")
    .description("Write a strategy and its test into the working directory; they need no installation")
    .option("--package", "write a package into a new folder instead")
    .option("--json", "print results as JSON")
    .option("--quiet", "print errors only");
  command.action(async (name: string) => {
    const { package: isPackage, ...options } = command.optsWithGlobals<PrintOptions & { package?: boolean }>();
    if (isPackage === true) await writePackage(io, newPlugin(name, "strategy"), options);
    else await writeModule(io, name, options);
  });
}

function addProgram(init: Command, io: CommandLineIo): void {
  const command = init
    .command("program <name>")
    .description("Write a program that uses @atc/runtime into a new folder: it backtests a file")
    .option("--json", "print results as JSON")
    .option("--quiet", "print errors only");
  command.action(async (given: string) => {
    const name = checkedName(given);
    const folder = resolve(io.cwd, name);
    const files = await writeProgram(name, folder);
    print(io, command.optsWithGlobals<PrintOptions>(), { name, folder, files }, [
      `wrote a program to ${folder}:`,
      ...files.map((file) => `  ${file}`),
      "",
      "Next:",
      ...[`cd ${name}`, installLine, "node backtest.mjs FILE.csv"].map((step) => `  ${step}`),
    ]);
  });
}

export function addInit(program: Command, io: CommandLineIo): void {
  const command = program.command("init").description("Start a strategy, a program or a plugin of your own");
  addStrategy(command, io);
  addProgram(command, io);
  addPlugin(command, io);
}
