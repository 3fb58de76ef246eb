import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { isJsonObject } from "./json-object.ts";

type PackageManager = "npm" | "pnpm" | "yarn" | "bun";

/** The place in which to install a missing package. */
export interface InstallTarget {
  /** The folder of the project, or that which contains the `node_modules` of global packages. */
  readonly folder: string;
  /** Whether packages are installed there for all projects. */
  readonly isGlobal: boolean;
}

/** The process that will show the line. */
export interface InstallShell {
  /** The working directory, in which the user will paste the line. */
  readonly cwd: string;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Whether a file exists, as far as this user may know. */
export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function manifestOf(folder: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(textOf(join(folder, "package.json")));
    return isJsonObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

const lockfiles: readonly (readonly [name: string, manager: PackageManager])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["package-lock.json", "npm"],
  ["npm-shrinkwrap.json", "npm"],
];

/**
 * The package manager of a project: as its package.json or that of its workspace demands, else by the nearest lockfile
 * in its repository. npm comes with Node.
 */
function managerOf(project: string): PackageManager {
  for (let folder = project; ; folder = dirname(folder)) {
    const { packageManager } = manifestOf(folder);
    const demanded = typeof packageManager === "string" ? /^(npm|pnpm|yarn|bun)@/.exec(packageManager)?.[1] : undefined;
    const found = demanded ?? lockfiles.find(([name]) => isFile(join(folder, name)))?.[1];
    if (found !== undefined) return found as PackageManager;
    if (dirname(folder) === folder || existsSync(join(folder, ".git"))) return "npm";
  }
}

/** The option that lets a manager add a package to the top folder of a workspace. */
function workspaceOption(manager: PackageManager, folder: string): string {
  if (manager === "pnpm" && isFile(join(folder, "pnpm-workspace.yaml"))) return " -w";
  const isClassic = manager === "yarn" && textOf(join(folder, "yarn.lock")).includes("yarn lockfile v1");
  return isClassic && manifestOf(folder)["workspaces"] !== undefined ? " -W" : "";
}

/** A text as a word of a shell. */
function shellWord(text: string): string {
  return /^[\w./\\@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function samePlace(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return resolve(a) === resolve(b);
  }
}

/** The prefix of npm's global packages: as configured, else that of Node. */
function npmPrefix({ env, cwd }: InstallShell): string {
  const home = env["HOME"] ?? homedir();
  const [, configured] = /^\s*prefix\s*=\s*["']?(.+?)["']?\s*$/m.exec(textOf(join(home, ".npmrc"))) ?? [];
  const named = env["npm_config_prefix"] ?? env["NPM_CONFIG_PREFIX"] ?? configured ?? env["PREFIX"];
  if (named !== undefined) return resolve(cwd, named.replace(/^(?:~|\$\{HOME\})(?=$|[/\\])/, home));
  const node = dirname(process.execPath);
  return process.platform === "win32" ? join(env["APPDATA"] ?? node, "npm") : dirname(node);
}

function globalLine({ folder }: InstallTarget, words: string, shell: InstallShell): string {
  if (isFile(join(folder, "package.json"))) {
    if (/[\\/]yarn[\\/](?:Data[\\/])?global$/i.test(folder)) return `yarn global add ${words}`;
    return /[\\/]install[\\/]global$/.test(folder) ? `bun add -g ${words}` : `pnpm add -g ${words}`;
  }
  const prefix = basename(folder) === "lib" ? dirname(folder) : folder;
  const option = samePlace(prefix, npmPrefix(shell)) ? "" : ` --prefix ${shellWord(prefix)}`;
  return `npm i -g${option} ${words}`;
}

/** Whether a place of the program is one of global packages, by the layouts of npm, pnpm, yarn and bun. */
export function isGlobalPlace(folder: string, hasManifest: boolean): boolean {
  if (hasManifest) {
    const isOfPnpm = /[\\/]global[\\/]v?\d+(?:[\\/][^\\/]+)?$/.test(folder) && isFile(join(folder, "pnpm-lock.yaml"));
    return isOfPnpm || /[\\/](?:yarn[\\/](?:Data[\\/])?global|\.bun[\\/]install[\\/]global)$/i.test(folder);
  }
  if (process.platform !== "win32") return basename(folder) === "lib";
  return ["atc.cmd", "npm.cmd"].some((name) => isFile(join(folder, name)));
}

/** The line that installs `packages`, for the shell of the user. */
export function installLine(packages: readonly string[], target: InstallTarget, shell: InstallShell): string {
  const words = packages.map(shellWord).join(" ");
  if (target.isGlobal) return globalLine(target, words, shell);
  const manager = managerOf(target.folder);
  const verb = manager === "npm" ? "i" : "add";
  return `${changeFolder(target, shell)}${manager} ${verb}${workspaceOption(manager, target.folder)} ${words}`;
}

/** The line that replaces a package of a project by another one. */
export function replaceLine(former: string, present: string, target: InstallTarget, shell: InstallShell): string {
  const manager = managerOf(target.folder);
  const [remove, add] = manager === "npm" ? ["uninstall", "i"] : ["remove", "add"];
  const option = workspaceOption(manager, target.folder);
  return `${changeFolder(target, shell)}${manager} ${remove}${option} ${former} && ${manager} ${add}${option} ${present}`;
}

function changeFolder({ folder }: InstallTarget, { cwd }: InstallShell): string {
  return samePlace(folder, cwd) ? "" : `cd ${shellWord(folder)} && `;
}
