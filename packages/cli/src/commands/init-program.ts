import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AtcError } from "@atc/contract";
import { version } from "@atc/runtime";
import { writeNewFolder } from "./new-folder.ts";

const template = fileURLToPath(new URL("../../templates/program/", import.meta.url));

function packageJson(name: string): string {
  const manifest = {
    name,
    private: true,
    type: "module",
    engines: { node: ">=20.19" },
    scripts: { start: "node backtest.mjs" },
    dependencies: { "@atc/runtime": `^${version}` },
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/**
 * Writes a program that backtests a file into a folder that does not exist yet. Returns its files.
 *
 * @throws ATC_INVALID_ARGUMENT for a name that npm cannot have, and if the folder exists; ATC_READ_ONLY, ATC_NO_SPACE
 * or ATC_IO if the disk refuses
 */
export async function writeProgram(name: string, folder: string): Promise<readonly string[]> {
  const content = new Map([
    ["package.json", packageJson(name)],
    [".gitignore", "node_modules/\n.cache/\n"],
  ]);
  for (const file of await readdir(template))
    content.set(file, (await readFile(join(template, file), "utf8")).replaceAll("program-name", name));
  await writeNewFolder(folder, content);
  return [...content.keys()].sort((a, b) => (a < b ? -1 : 1));
}

/** A name that npm and a folder can have. Throws ATC_INVALID_ARGUMENT for another one. */
export function checkedName(name: string): string {
  if (/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name) && name.length <= 100) return name;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `"${name.slice(0, 120)}" cannot name a program; give lower-case letters, digits and single hyphens, at most 100 characters`,
    { details: { value: name } },
  );
}
