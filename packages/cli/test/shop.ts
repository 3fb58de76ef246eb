import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { bin, type Run, type Workshop, workshop } from "./atc.ts";
import { datasetRows } from "./dataset-rows.ts";

/** The folder of the test that runs: each test of a file that imports it has its own. */
export let shop: Workshop;
beforeEach(async () => {
  shop = await workshop();
});
afterEach(() => shop[Symbol.asyncDispose]());

/** Every row of a dataset of the shop, as text. */
export function rowsOf(name: string): Promise<readonly string[]> {
  return datasetRows(shop.path, name);
}

/** The error object that `--json` prints; empty if there is none. */
export function errorOf(run: Run): { code: string; message: string; details: Record<string, unknown> } {
  return JSON.parse(run.stderr.split("\n").find((line) => line.startsWith('{"error"')) ?? "{}").error ?? {};
}

/** Files below a folder of datasets but those of finished ones and of their former generations. */
export async function leftovers(folder: string = join(shop.path, ".cache", "mmap")): Promise<readonly string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && !/^(manifest(-\d+)?\.json|seg-\d+-\d+\.arrow)$/.test(entry.name))
    .map(({ name }) => name);
}

/** Starts `atc` as a process in the shop; `exited` gives its exit code and the signal that ended it. */
export function startAtc(...args: string[]): { readonly child: ChildProcess; readonly exited: Promise<unknown[]> } {
  const child = spawn(process.execPath, [bin, ...args], { cwd: shop.path, stdio: "ignore" });
  return { child, exited: once(child, "exit") };
}

/** A Python that has some modules; undefined if there is none. */
export function pythonWith(...modules: readonly string[]): string | undefined {
  const candidates = [process.env["ATC_PYTHON"], "python3", "/usr/bin/python3"].filter((one) => one !== undefined);
  return candidates.find((python) => spawnSync(python, ["-c", `import ${modules.join(", ")}`]).status === 0);
}
