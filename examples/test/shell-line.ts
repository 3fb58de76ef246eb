import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./command.ts";
import { installable, standIns } from "./reader-project.ts";
import { packageJson, root } from "./repository.ts";

/** The folder and environment in which a line of a page runs. */
export interface ShellPlace {
  /** The reader's project. */
  readonly project: string;
  /** The folder of the page: files that the page names are there. */
  readonly page: string;
}

const { scripts = {} } = packageJson(root);
const atcScript = "node packages/cli/bin/atc.js";

async function runAtc(
  args: readonly string[],
  { project }: ShellPlace,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const { code, stdout, stderr } = await runCommand(args, project, env);
  assert.equal(code, 0, `atc ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
}

/** A script of the root. `atc` runs; a check of the whole checkout must only exist. */
async function runScript(name: string, args: readonly string[], place: ShellPlace): Promise<void> {
  const [, inner = name] = /^node scripts\/bootstrap\.mjs run (\S+)$/.exec(scripts[name] ?? "") ?? [];
  const body = scripts[inner];
  assert.ok(body !== undefined, `package.json of the root has no script "${inner}"`);
  if (!body.startsWith(atcScript)) return;
  const words = body
    .slice(atcScript.length)
    .split(" ")
    .filter((word) => word !== "");
  await runAtc([...words, ...args], place, {});
}

function checkInstall(words: readonly string[]): void {
  const names = words.filter((word) => !word.startsWith("-"));
  // `npm run pack` makes them; scripts/road.mjs installs them.
  if (names.length === 1 && names[0] === "./tarballs/*.tgz") return;
  for (const name of names)
    assert.ok(installable.has(name) || standIns.has(name), `"${name}" is not a package of this workspace`);
}

/** Executes a line of a `sh` block: runs `atc`, and checks that packages to install and files to run exist. */
export async function runShellLine(line: string, place: ShellPlace): Promise<void> {
  const words = line
    .replace(/(^| +)#.*$/, "")
    .split(/ +/)
    .filter((word) => word !== "");
  const env: Record<string, string> = {};
  for (; /^[A-Z_]+=/.test(words[0] ?? ""); words.shift()) {
    const [name = "", value = ""] = (words[0] ?? "").split("=");
    env[name] = value;
  }
  const [command, first = "", ...rest] = words;
  if (command === undefined) return;
  if (command === "atc") return await runAtc(words.slice(1), place, env);
  if (command === "npx" && first === "atc") return await runAtc(rest, place, env);
  if (["npm", "pnpm", "yarn"].includes(command)) {
    if (["add", "i", "install"].includes(first)) return checkInstall(rest);
    const named = words.slice(1).findIndex((word) => !["run", "-s"].includes(word)) + 1;
    const [name = "", ...given] = words.slice(named);
    const args = given[0] === "--" ? given.slice(1) : given;
    return await runScript(name, args, place);
  }
  // The tests of the examples run the files next to the page.
  if (command === "node" && first === "--test") return;
  if (["node", "python3"].includes(command) && existsSync(join(place.page, first))) return;
  assert.fail(`nobody knows how to run "${line}"; add a rule to shell-line.ts`);
}
