import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Cache } from "@atc/cache";
import type { AtcConfig, LoadedConfig } from "@atc/config";
import { configDefaults, createTrust, loadConfig } from "@atc/config";
import type { ArrayStore, Executor } from "@atc/contract";
import { printableText } from "@atc/plugin-kit";
import { configuredCache } from "../cache/configured-cache.ts";
import { nearestPackageJson } from "../plugins/installed-plugins.ts";
import type { InstalledPluginHost } from "../plugins/plugin-host.ts";
import { createPluginHost } from "../plugins/plugin-host.ts";
import { declaredOptions } from "../plugins/plugin-options.ts";
import type { StoreRef } from "../plugins/store-ref.ts";
import { machineDefaults } from "./machine-defaults.ts";
import { leasedExecutor } from "./thread-lease.ts";

/** The sources of the configuration, in rising order of precedence, and how a runtime computes and warns. */
export interface RuntimeOptions {
  /** The working directory; the search for a configuration file starts in it. Default: that of the process. */
  readonly cwd?: string;
  /** Configuration keys in code. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** A configuration file. Default: the nearest one in the working directory or above it. */
  readonly configFile?: string;
  /** Environment variables. Default: those of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Options of a command line, by configuration key. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Whether results are stored in the cache and read from it. Default: true. */
  readonly cache?: boolean;
  /**
   * Bytes of cached values that stay in memory for the next call. Default: 64 MiB. Use 0 in a process that makes one
   * call.
   */
  readonly cacheMemoryBytes?: number;
  /**
   * Number of threads, 1 or more. Default: one per core, or fewer if they do not fit in memory: 24 MB each, plus 100
   * MB.
   */
  readonly threads?: number;
  /** Receives each warning once. Default: a warning of the process, which Node prints on standard error. */
  readonly onWarning?: (message: string) => void;
}

/** All packages, wired by one configuration. Disposal closes what it opened. */
export interface Runtime extends AsyncDisposable {
  /** The configuration and the origin of each value. */
  readonly loaded: LoadedConfig;
  /** The effective configuration. */
  readonly config: AtcConfig;
  /** The working directory, absolute. Relative paths of data start here. */
  readonly cwd: string;
  /** Finds plugins in installed packages. */
  readonly host: InstalledPluginHost;
  /** The store of the datasets. */
  readonly store: ArrayStore;
  /** The plugin and the options of the store, with which a thread creates its own. */
  readonly storeRef: StoreRef;
  /** Whether results are stored in the cache and read from it. */
  readonly usesCache: boolean;
  /** The most bytes of all entries of the cache. */
  readonly cacheBytes: number;
  /** The cache; the first call opens it. */
  cache(): Promise<Cache>;
  /**
   * An executor for work on `bars` bars; undefined if the caller should compute on its own thread. Threads start with
   * the first task. Dispose the executor after the work: the threads end with the last lease, which frees their
   * memory.
   */
  executor(bars: number): Promise<Executor | undefined>;
  /** Warns the user; each message is passed on once. */
  warn(message: string): void;
}

/**
 * MiB of young objects per thread; V8 makes 2 MB of it, its default is 32. Tasks work on typed arrays, which are
 * outside this heap.
 */
const youngHeapMiB = 3;

/** Below this many bars, starting threads takes longer than the work. */
const fewBars = 400_000;

/** The URL of the compiled tasks of a package: threads do not load TypeScript, so `./tasks` has no source condition. */
function tasksOf(packageName: string): string {
  return pathToFileURL(createRequire(import.meta.url).resolve(`${packageName}/tasks`)).href;
}

/** The store that a configuration names, with the options that it declares of those that the runtime has. */
async function configuredStore(config: AtcConfig, host: InstalledPluginHost): Promise<StoreRef> {
  const plugin = await host.locate("array-store", config.dataStore);
  const offered = { directory: config.dataDir, backend: config.useMemoryMapped ? "auto" : "read" };
  return { plugin, options: declaredOptions(plugin, offered) };
}

/** The executor of a name, with the options that it declares of those that the runtime has. */
async function configuredExecutor(name: string, threads: number, host: InstalledPluginHost): Promise<Executor> {
  const plugin = await host.locate("executor", name);
  const modules = { "@atc/runtime": tasksOf("@atc/runtime"), "@atc/ingest": tasksOf("@atc/ingest") };
  const offered = { modules, threads, maxYoungHeapMiB: youngHeapMiB };
  return await host.find("executor", name, declaredOptions(plugin, offered));
}

/**
 * Reads the configuration, finds the installed plugins and wires the packages. Writes nothing.
 *
 * @throws ATC_INVALID_CONFIG, ATC_NOT_FOUND (a named configuration file), ATC_MISSING_PLUGIN (a store or the
 *   executor), ATC_UNSUPPORTED
 */
export async function openRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const {
    cwd = process.cwd(),
    config: object,
    configFile: file,
    env = process.env,
    flags,
    cache: usesCache = true,
  } = options;
  const { onWarning = (message) => process.emitWarning(printableText(message), "AtcWarning") } = options;
  const loaded = await loadConfig({
    cwd,
    env,
    ...(file === undefined ? {} : { file }),
    ...(object === undefined ? {} : { object }),
    ...(flags === undefined ? {} : { flags }),
  });
  const { config } = loaded;
  const own = fileURLToPath(new URL("../../package.json", import.meta.url));
  const nearest = await nearestPackageJson(loaded.directory);
  const trust = createTrust({ env, cwd });
  const ownRoot = { packageJson: own, extra: [] };
  const roots = [...(nearest === undefined ? [] : [{ packageJson: nearest, extra: config.plugins }]), ownRoot];
  const host = createPluginHost({ roots, warn: onWarning, trust });
  // Plugins of the runtime's own dependencies need no look at the project's packages.
  const ownHost = createPluginHost({ roots: [ownRoot], warn: onWarning, trust });
  for (const warning of loaded.warnings) host.warn(warning);
  const { threads: threadCount = machineDefaults().threads } = options;
  const placement = config.executor;
  // A name that no plugin has is an error before a store is open, not when the first large task comes.
  const executorHost = placement === "auto" || placement === "inline" ? ownHost : host;
  if (executorHost === host) await host.locate("executor", placement);
  if (usesCache && config.cacheStore !== configDefaults.cacheStore) await host.locate("byte-store", config.cacheStore);
  const storeHost = config.dataStore === configDefaults.dataStore ? ownHost : host;
  const storeRef = await configuredStore(config, storeHost);
  const store = await storeHost.find("array-store", config.dataStore, storeRef.options);
  let opened: Promise<Cache> | undefined;
  const threads = leasedExecutor(() =>
    configuredExecutor(placement === "auto" ? "worker" : placement, threadCount, executorHost),
  );
  return {
    loaded,
    config,
    cwd: resolve(cwd),
    host,
    store,
    storeRef,
    usesCache,
    cacheBytes: config.cacheMaxBytes,
    async cache() {
      opened ??= configuredCache(config, host, options.cacheMemoryBytes);
      return await opened;
    },
    async executor(bars) {
      if (placement === "inline") return undefined;
      if (placement === "auto" && (bars < fewBars || threadCount === 1)) return undefined;
      return await threads.lease();
    },
    warn: (message) => host.warn(message),
    async [Symbol.asyncDispose]() {
      await threads[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      const cache = await opened?.catch(() => undefined);
      await cache?.[Symbol.asyncDispose]();
    },
  };
}
