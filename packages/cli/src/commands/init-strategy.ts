import { existsSync, readFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fromSystemError, systemNameOf } from "@atc/contract";
import { newPlugin, refusal, templates } from "./init-plugin.ts";

/** The module of a new strategy, and its test. */
export interface StrategyFiles {
  readonly file: string;
  readonly test: string;
}

/** Whether a file that ends in .js is a module: the next package.json at or above it says so, or there is none. */
function isModuleByName(folder: string): boolean {
  const file = join(folder, "package.json");
  if (existsSync(file)) {
    try {
      return (JSON.parse(readFileSync(file, "utf8")) as { readonly type?: unknown } | null)?.type === "module";
    } catch {
      // What runs the module reports a file that is not JSON.
      return true;
    }
  }
  const parent = dirname(folder);
  return parent === folder || isModuleByName(parent);
}

/**
 * The names of the files of a new strategy. They end in `.mjs` if package.json does not say that `.js` is a module, as
 * `npm init` writes it: Node loads such a file twice, and warns.
 *
 * @throws ATC_INVALID_ARGUMENT for a name that a package cannot have, and for that of a built-in strategy
 */
export function strategyFiles(given: string, folder: string): StrategyFiles {
  const { pluginName } = newPlugin(given, "strategy");
  if (pluginName !== given)
    throw refusal(`"${given}" cannot name a file; leave out the scope, or add --package`, { value: given });
  const ending = isModuleByName(folder) ? "js" : "mjs";
  return { file: `${given}.${ending}`, test: `${given}.test.${ending}` };
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    if (systemNameOf(error) === "EEXIST")
      throw refusal(`"${path}" exists already; give another name, or remove it`, { path });
    // Half a file would be refused as existing by the next attempt.
    await rm(path, { force: true });
    throw fromSystemError(error, `cannot write "${path}"`, "check the working directory");
  }
}

/**
 * Writes a strategy and its test, both or neither.
 *
 * @throws ATC_INVALID_ARGUMENT if one of them exists; ATC_READ_ONLY, ATC_NO_SPACE or ATC_IO if the disk refuses
 */
export async function writeStrategy(name: string, { file, test }: StrategyFiles, folder: string): Promise<void> {
  const words = new Map([
    ["plugin-name", name],
    ["file-name", file],
    ["test-name", test],
    // The module, as the test in the template imports it.
    ["strategy.js", file],
  ]);
  const textOf = async (template: string): Promise<string> => {
    const text = await readFile(join(templates, "strategy-file", template), "utf8");
    return text.replaceAll(/(?:plugin|file|test)-name|strategy\.js/g, (word) => words.get(word) ?? word);
  };
  const [strategy, tested] = [await textOf("strategy.js"), await textOf("strategy.test.js")];
  await writeNew(join(folder, file), strategy);
  try {
    await writeNew(join(folder, test), tested);
  } catch (error) {
    await rm(join(folder, file), { force: true });
    throw error;
  }
}
