import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { configDefaults } from "@atc/config";
import type { ArrayStore, Executor } from "@atc/contract";
import { sharedPlace } from "../cache/shared-store.ts";
import type { InstalledPluginHost } from "../plugins/plugin-host.ts";
import { declaredOptions } from "../plugins/plugin-options.ts";
import type { StoreRef } from "../plugins/store-ref.ts";
import type { Setup } from "./setup.ts";
import type { DataSupply } from "./task-places.ts";

/**
 * MiB of young objects per thread; V8 makes 2 MB of it, its default is 32. Tasks work on typed arrays, which are
 * outside this heap.
 */
const youngHeapMiB = 3;

/** The URL of the compiled tasks of a package: threads do not load TypeScript, so `./tasks` has no source condition. */
function tasksOf(packageName: string): string {
  return pathToFileURL(createRequire(import.meta.url).resolve(`${packageName}/tasks`)).href;
}

/** The store of the datasets, and what a thread needs to create its own. */
interface ChosenStore {
  readonly store: ArrayStore;
  readonly storeRef: StoreRef;
}

/** Creates the store that the configuration names, with the options that it declares of those that the runtime has. */
export async function chosenStore({ config, host, ownHost }: Setup): Promise<ChosenStore> {
  const finder = config.dataStore === configDefaults.dataStore ? ownHost : host;
  const plugin = await finder.locate("array-store", config.dataStore);
  const { dataDir: directory, useMemoryMapped, keepGenerations } = config;
  const offered = { directory, backend: useMemoryMapped ? "auto" : "read", keepGenerations };
  const options = declaredOptions(plugin, offered);
  return {
    store: await finder.find("array-store", config.dataStore, options),
    storeRef: { plugin, options },
  };
}

/** The name of the executor that the configuration asks for, and the host that finds it. */
function executorPlace({ config: { executor }, host, ownHost }: Setup): {
  readonly name: string;
  readonly finder: InstalledPluginHost;
} {
  if (executor === "auto") return { name: "worker", finder: ownHost };
  return { name: executor, finder: executor === "inline" ? ownHost : host };
}

/** Options of an executor that only one of its kind declares. */
type OfferedOptions = Readonly<Record<string, unknown>>;

/**
 * Creates the executor, with the options that it declares of those that the runtime has.
 *
 * @param more - further options that the runtime has
 * @param supply - opens what brings datasets to workers, for an executor whose tasks run in other processes
 */
export async function chosenExecutor(
  setup: Setup,
  threads: number,
  more: OfferedOptions = {},
  supply?: () => Promise<DataSupply | undefined>,
): Promise<Executor> {
  const { name, finder } = executorPlace(setup);
  const plugin = await finder.locate("executor", name);
  const modules = { "@atc/runtime": tasksOf("@atc/runtime"), "@atc/ingest": tasksOf("@atc/ingest") };
  const offered = { modules, threads, maxYoungHeapMiB: youngHeapMiB, ...more };
  if (!plugin.runsElsewhere) return await finder.find("executor", name, declaredOptions(plugin, offered));
  const { departing } = await import("./task-places.ts");
  const supplied = await supply?.();
  try {
    return departing(await finder.find("executor", name, declaredOptions(plugin, offered)), supplied);
  } catch (error) {
    await supplied?.[Symbol.asyncDispose]();
    throw error;
  }
}

/** Whether the tasks of the chosen executor run in other processes. */
export async function runsElsewhere(setup: Setup): Promise<boolean> {
  const { name, finder } = executorPlace(setup);
  if (finder === setup.ownHost) return false;
  return (await finder.locate("executor", name)).runsElsewhere;
}

/** Creates threads of this process, whatever the configured executor is. */
export async function localExecutor({ ownHost }: Setup, threads: number): Promise<Executor> {
  const modules = { "@atc/runtime": tasksOf("@atc/runtime"), "@atc/ingest": tasksOf("@atc/ingest") };
  return await ownHost.find("executor", "worker", { modules, threads, maxYoungHeapMiB: youngHeapMiB });
}

/**
 * MiB of heap per thread that runs a strategy of the user's: enough for its state, and little enough that one which
 * keeps too much fails before the machine is out of memory.
 */
const strategyHeapMiB = 512;

/** Milliseconds between the end of a strategy's deadline and that of its thread. */
const strategyGraceMs = 100;

/** Creates the threads that run strategies of the user's, whatever the configured executor is. */
export async function strategyExecutor({ ownHost }: Setup, threads: number): Promise<Executor> {
  return await ownHost.find("executor", "worker", {
    modules: { "@atc/runtime": tasksOf("@atc/runtime") },
    threads,
    graceMs: strategyGraceMs,
    maxHeapMiB: strategyHeapMiB,
  });
}

/**
 * Throws if a package under `plugins`, the executor or the store of the cache is missing: before a store is open, not
 * when the first large task comes.
 */
export async function checkChosen(setup: Setup, usesCache: boolean): Promise<void> {
  const { config, host } = setup;
  if (config.plugins.length > 0) {
    const [fault] = await host.faults();
    if (fault !== undefined) throw fault;
  }
  const { name, finder } = executorPlace(setup);
  if (finder === host) await host.locate("executor", name);
  if (!usesCache) return;
  if (config.cacheStore !== configDefaults.cacheStore) await host.locate("byte-store", config.cacheStore);
  if (config.cacheShared !== undefined) await host.locate("byte-store", sharedPlace(config.cacheShared).name);
}
