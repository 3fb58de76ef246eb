import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Cache } from "@atc/cache";
import type { AtcConfig, LoadedConfig } from "@atc/config";
import { createTrust, loadConfig } from "@atc/config";
import type { ArrayStore, Executor } from "@atc/contract";
import { printableText } from "@atc/contract";
import { workerExecutor } from "@atc/executor-worker";
import { mmapStore } from "@atc/mmap-store";
import type { OpenedCache } from "../cache/open-cache.ts";
import { cacheBytes, openCache } from "../cache/open-cache.ts";
import { nearestPackageJson } from "../plugins/installed-plugins.ts";
import type { InstalledPluginHost } from "../plugins/plugin-host.ts";
import { createPluginHost } from "../plugins/plugin-host.ts";
import { machineDefaults } from "./machine-defaults.ts";
import { leasedExecutor } from "./thread-lease.ts";

/** Where a runtime takes its configuration from, in rising order of precedence, and how it speaks to the user. */
export interface RuntimeOptions {
  /** The working directory: where the configuration file is searched from. The process's own where absent. */
  readonly cwd?: string;
  /** Keys in code. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** A configuration file; searched upwards from the working directory where absent. */
  readonly configFile?: string;
  /** Environment variables; those of the process where absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Options of a command line. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Whether results are kept in the cache and taken from it; true where absent. */
  readonly cache?: boolean;
  /** Bytes of cached values that stay in memory for the next call; 64 MiB if absent, 0 for a process that makes one call. */
  readonly cacheMemoryBytes?: number;
  /** Where symbols are computed: `worker` threads, or `inline` in the caller's own. Threads where absent and the work is worth them. */
  readonly executor?: "worker" | "inline";
  /** Threads, 1 or more; if absent one a core, or fewer if a container or the machine has little memory: 24 MB each beside 100 MB. */
  readonly threads?: number;
  /** Is told each warning once; printed on standard error where absent. */
  readonly onWarning?: (message: string) => void;
}

/** The packages of one configuration, wired. Disposal closes what it opened. */
export interface Runtime extends AsyncDisposable {
  /** The configuration with where each value came from. */
  readonly loaded: LoadedConfig;
  /** The effective configuration. */
  readonly config: AtcConfig;
  /** The working directory, absolute: relative paths of data are taken from it. */
  readonly cwd: string;
  /** Finds plugins in the user's packages. */
  readonly host: InstalledPluginHost;
  /** The datasets. */
  readonly store: ArrayStore;
  /** Whether results are kept in the cache and taken from it. */
  readonly usesCache: boolean;
  /** The most bytes that the cache folder takes. */
  readonly cacheBytes: number;
  /** The cache, opened at the first call. */
  cache(): Promise<Cache>;
  /**
   * Threads for work of so many bars, started when a task needs them; undefined if the work is to be done in this thread. Dispose it after the work:
   * the threads end when all work that leases them has done so, so that their memory is free for what follows.
   */
  executor(bars: number): Executor | undefined;
  /** Tells the user something once. */
  warn(message: string): void;
}

/** MiB of young objects in each thread: 2 MB of heap, where 8 are 8 and the default is 32. All tasks work on typed arrays, and memory is better spent on rows. */
const youngHeapMiB = 3;

/** Bars below which starting threads takes longer than the work. */
const fewBars = 400_000;

/** The URL of the compiled tasks of a package: threads do not load TypeScript, so `./tasks` has no source condition. */
function tasksOf(packageName: string): string {
  return pathToFileURL(createRequire(import.meta.url).resolve(`${packageName}/tasks`)).href;
}

/**
 * Reads the configuration, finds the installed plugins and wires the packages. Nothing is written.
 *
 * @throws ATC_INVALID_CONFIG, ATC_NOT_FOUND (a named configuration file), ATC_UNSUPPORTED
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
  const roots = [
    ...(nearest === undefined ? [] : [{ packageJson: nearest, extra: config.plugins }]),
    { packageJson: own, extra: [] },
  ];
  const host = createPluginHost({ roots, warn: onWarning, trust: createTrust({ env, cwd }) });
  for (const warning of loaded.warnings) host.warn(warning);
  const store = mmapStore({ directory: config.dataDir, backend: config.useMemoryMapped ? "auto" : "read" });
  let opened: Promise<OpenedCache> | undefined;
  const { executor: where, threads: threadCount = machineDefaults().threads } = options;
  const threads = leasedExecutor(() => {
    const modules = { "@atc/runtime": tasksOf("@atc/runtime"), "@atc/ingest": tasksOf("@atc/ingest") };
    return workerExecutor({ modules, threads: threadCount, maxYoungHeapMiB: youngHeapMiB });
  });
  return {
    loaded,
    config,
    cwd: resolve(cwd),
    host,
    store,
    usesCache,
    cacheBytes,
    async cache() {
      opened ??= openCache(config, host, options.cacheMemoryBytes);
      return (await opened).cache;
    },
    executor(bars) {
      if (where === "inline" || (where === undefined && bars < fewBars)) return undefined;
      if (where === undefined && threadCount === 1) return undefined;
      return threads.lease();
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
