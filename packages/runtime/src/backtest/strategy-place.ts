import { readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { AtcError, nearest } from "@atc/contract";
import { builtInNames } from "../compute/built-in-strategy.ts";
import { isMissing } from "../strategy/module-files.ts";
import type { StrategyModule } from "../strategy/strategy-module.ts";
import { baseOf } from "../wiring/configured-path.ts";
import type { Setup } from "../wiring/setup.ts";

/** What the place of a strategy depends on. */
type PlacedSetup = Pick<Setup, "loaded" | "cwd" | "config" | "host">;

const pathStart = /^(?:\.{1,2}[\\/]|[\\/~]|[A-Za-z]:[\\/]|file:)/;
const codeEndings: readonly string[] = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"];

/** A text under `strategy`, without the name of one of several strategies. */
interface Reference {
  readonly module: string;
  readonly name: string | undefined;
}

/** Divides a text under `strategy`. */
export function referenceOf(text: string): Reference {
  const at = text.lastIndexOf("#");
  return at < 1 || at === text.length - 1
    ? { module: text, name: undefined }
    : { module: text.slice(0, at), name: text.slice(at + 1) };
}

/** Whether a text under `strategy` names a file. */
export function isStrategyPath(text: string): boolean {
  return pathStart.test(text) || isAbsolute(text) || codeEndings.includes(extname(text));
}

/** The files of code in a folder. */
function codeFilesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => codeEndings.includes(extname(name)));
  } catch {
    // Without a list there is no hint.
    return [];
  }
}

/** The file that a path names. */
function fileAt(setup: PlacedSetup, path: string): string {
  const file = path.startsWith("file:") ? fileURLToPath(path) : resolve(baseOf(setup, "strategy"), path);
  const details = { path: file };
  if (isMissing(file)) {
    const meant = nearest(basename(file), codeFilesIn(dirname(file)));
    const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
    throw new AtcError("ATC_NOT_FOUND", `the strategy "${path}" does not exist: there is no file "${file}"${hint}`, {
      details: { ...details, ...(meant === undefined ? {} : { nearest: meant }) },
    });
  }
  const what = `the strategy "${path}" is not a module: "${file}"`;
  if (!statSync(file).isFile())
    throw new AtcError("ATC_INVALID_ARGUMENT", `${what} is not a file; name a file in it`, { details });
  if (codeEndings.includes(extname(file))) return file;
  throw new AtcError("ATC_INVALID_ARGUMENT", `${what} does not end in ${codeEndings.slice(0, 4).join(", ")}`, {
    details,
  });
}

/** Throws for a name that is not a strategy, a plugin or a package. */
async function unknownStrategy(setup: PlacedSetup, name: string): Promise<AtcError> {
  const plugins = (await setup.host.installed()).filter(({ kind }) => kind === "strategy");
  const names = [...builtInNames(), ...plugins.map((plugin) => plugin.name)];
  const meant = nearest(name, names);
  const base = baseOf(setup, "strategy");
  const file = ["", ...codeEndings].map((ending) => name + ending).find((one) => !isMissing(resolve(base, one)));
  const hint =
    file !== undefined
      ? `for the file of that name write "./${file}"`
      : meant === undefined
        ? `the strategies are ${names.join(", ")}; a module of your own is a path such as ./${name}.js, a package must be installed (${setup.host.searched})`
        : `did you mean "${meant}"?`;
  return new AtcError("ATC_NOT_FOUND", `there is no strategy "${name}"; ${hint}`, {
    details: { strategy: name, ...(meant === undefined ? {} : { nearest: meant }) },
  });
}

/** The file of a strategy, and its name if it is one of several. */
export type StrategyPlace = Omit<StrategyModule, "digest" | "values">;

/**
 * The place of the configured strategy, if it is one of the user's; undefined for a built-in one. Loads nothing.
 *
 * @throws ATC_NOT_FOUND for a file, a package or a name that does not exist; ATC_INVALID_ARGUMENT for a file that is
 * not one of code
 */
export async function strategyPlace(setup: PlacedSetup): Promise<StrategyPlace | undefined> {
  const { strategy: text } = setup.config;
  if (builtInNames().includes(text)) return undefined;
  const reference = referenceOf(text);
  const { module: label, name } = reference;
  if (isStrategyPath(label)) {
    // A file may have the character in its own name.
    const whole = name !== undefined && !isMissing(resolve(baseOf(setup, "strategy"), text)) ? text : undefined;
    return {
      label: whole ?? label,
      file: fileAt(setup, whole ?? label),
      name: whole === undefined ? name : undefined,
    };
  }
  const installed = await setup.host.installed();
  if (name === undefined && installed.some((plugin) => plugin.kind === "strategy" && plugin.name === label)) {
    const { entry, packageName } = await setup.host.locate("strategy", label);
    return { label: packageName, file: fileURLToPath(entry), name: label };
  }
  const file = await setup.host.packageEntry(label);
  if (file === undefined) throw await unknownStrategy(setup, label);
  return { label, file, name };
}
