import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { AtcError, AtcErrorCode } from "@atc/contract";
import { isAtcError } from "@atc/contract";
import { assert, onTestFinished } from "vitest";
import type { ConfigFault, LoadConfigOptions, LoadedConfig } from "../src/index.ts";
import { loadConfig } from "../src/index.ts";

/** A temporary folder with these files in it, removed after the test. */
export async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "atc-config-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** The configuration with no environment but the given one. */
export function load(options: LoadConfigOptions): Promise<LoadedConfig> {
  return loadConfig({ env: {}, ...options });
}

/** The configuration that this text of an `atc.yaml` gives. */
export async function loadText(text: string | Uint8Array, name = "atc.yaml"): Promise<LoadedConfig> {
  return load({ cwd: await folderWith({ [name]: text }), file: name });
}

/** The error that `promise` rejects with, of the given code. */
export async function errorOf(promise: Promise<unknown>, code: AtcErrorCode = "ATC_INVALID_CONFIG"): Promise<AtcError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert(isAtcError(error, code), `expected ${code}, got ${String(error)}`);
  return error;
}

/** The faults of the ATC_INVALID_CONFIG that `promise` rejects with. */
export async function faultsOf(promise: Promise<unknown>): Promise<readonly ConfigFault[]> {
  const error = await errorOf(promise);
  return error.details["faults"] as unknown as readonly ConfigFault[];
}
