import type { Cache } from "@atc/cache";
import type { ArrayStore, Codec, Executor } from "@atc/contract";
import { findCodec } from "../cache/compression.ts";
import { configuredCache } from "../cache/configured-cache.ts";
import type { StoreRef } from "../plugins/store-ref.ts";
import { checkChosen, chosenExecutor, chosenStore, strategyExecutor } from "./chosen-plugins.ts";
import { machineDefaults } from "./machine-defaults.ts";
import { openSetup, type Setup, type SetupOptions } from "./setup.ts";
import { leasedExecutor } from "./thread-lease.ts";

/** The configuration of a runtime, and how it computes. */
export interface RuntimeOptions extends SetupOptions {
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
}

/** All packages, wired by one configuration. Disposal closes what it opened. Relative paths of data start in `cwd`. */
export interface Runtime extends Omit<Setup, "ownHost">, AsyncDisposable {
  /** The store of the datasets. */
  readonly store: ArrayStore;
  /** The plugin and the options of the store, with which a thread creates its own. */
  readonly storeRef: StoreRef;
  /** Whether results are stored in the cache and read from it. */
  readonly usesCache: boolean;
  /** The most bytes of all entries of the cache. */
  readonly cacheBytes: number;
  /**
   * Finds the codec of the cache, which a run does before it reads a file.
   *
   * @throws ATC_MISSING_PLUGIN, ATC_INVALID_CONFIG if the cache is used and its codec is not installed
   */
  checkCodec(): Promise<void>;
  /** The cache; the first call opens it. */
  cache(): Promise<Cache>;
  /**
   * An executor for work on `bars` bars; undefined if the caller should compute on its own thread. Threads start with
   * the first task. Dispose the executor after the work: the threads end with the last lease, which frees their
   * memory.
   */
  executor(bars: number): Promise<Executor | undefined>;
  /**
   * Threads for a strategy of the user's, whatever the configured executor is. Dispose them after the work, so that the
   * next run loads the strategy again.
   */
  strategyThreads(): Promise<Executor>;
  /** Warns the user; each message is passed on once. */
  warn(message: string): void;
}

/** Below this many bars, starting threads takes longer than the work. */
const fewBars = 400_000;

/**
 * Reads the configuration, finds the installed plugins and wires the packages. Writes nothing.
 *
 * @throws ATC_INVALID_CONFIG, ATC_NOT_FOUND (a named configuration file), ATC_MISSING_PLUGIN (a store, the executor or
 *   a package under `plugins`), ATC_UNSUPPORTED, ATC_UNTRUSTED
 */
export async function openRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const { cache: usesCache = true, cacheMemoryBytes, threads: threadCount = machineDefaults().threads } = options;
  const setup = await openSetup(options);
  const { loaded, config, cwd, host } = setup;
  await checkChosen(setup, usesCache);
  const { store, storeRef } = await chosenStore(setup);
  let found: Promise<Codec | undefined> | undefined;
  let opened: Promise<Cache> | undefined;
  const codec = (): Promise<Codec | undefined> => {
    found ??= findCodec(config, host);
    return found;
  };
  const placement = config.executor;
  const threads = leasedExecutor(() => chosenExecutor(setup, threadCount));
  return {
    loaded,
    config,
    cwd,
    host,
    store,
    storeRef,
    usesCache,
    cacheBytes: config.cacheMaxBytes,
    async checkCodec() {
      if (usesCache) await codec();
    },
    async cache() {
      opened ??= codec().then((one) => configuredCache(config, host, { codec: one, memoryBytes: cacheMemoryBytes }));
      return await opened;
    },
    async executor(bars) {
      if (placement === "inline") return undefined;
      if (placement === "auto" && (bars < fewBars || threadCount === 1)) return undefined;
      return await threads.lease();
    },
    strategyThreads: () => strategyExecutor(setup, threadCount),
    warn: (message) => host.warn(message),
    async [Symbol.asyncDispose]() {
      await threads[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      const cache = await opened?.catch(() => undefined);
      await cache?.[Symbol.asyncDispose]();
    },
  };
}
