import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { AtcConfig } from "@atc/config";
import { AtcError, absentOnly } from "@atc/contract";
import type { Runtime } from "./runtime.ts";

/** The folder in which a relative path under a key starts: `cwd` for a variable and an option, else the file's. */
export function baseOf(
  { loaded: { origins, directory }, cwd }: Pick<Runtime, "loaded" | "cwd">,
  key: keyof AtcConfig,
): string {
  const { kind } = origins[key];
  return kind === "environment" || kind === "flag" ? cwd : directory;
}

/**
 * The absolute path of the file that a key names.
 *
 * @throws ATC_NOT_FOUND if nothing is there; ATC_INVALID_ARGUMENT if it is not a file
 */
export function configuredFile(runtime: Pick<Runtime, "loaded" | "cwd">, key: keyof AtcConfig, path: string): string {
  const file = resolve(baseOf(runtime, key), path);
  const details = { key, path: file };
  let isFile: boolean | undefined;
  try {
    isFile = statSync(file).isFile();
  } catch (error) {
    absentOnly(error);
  }
  if (isFile === undefined)
    throw new AtcError("ATC_NOT_FOUND", `${key} is "${path}", but there is no file "${file}"; check the path`, {
      details,
    });
  if (isFile) return file;
  throw new AtcError("ATC_INVALID_ARGUMENT", `${key} is "${path}", which is not a file; name a file`, { details });
}

/** The absolute paths of the files that a backtest reads besides its data: those under `signals` and `universe`. */
export function configuredFiles(runtime: Pick<Runtime, "loaded" | "cwd" | "config">): readonly string[] {
  return (["signals", "universe"] as const).flatMap((key) => {
    const path = runtime.config[key];
    return path === undefined ? [] : [resolve(baseOf(runtime, key), path)];
  });
}
