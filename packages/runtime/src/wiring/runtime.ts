import type { Cache } from "@atc/cache";
import type { ArrayStore, Codec, Executor } from "@atc/contract";
import { findCodec } from "../cache/compression.ts";
import { configuredCache } from "../cache/configured-cache.ts";
import type { StoreRef } from "../plugins/store-ref.ts";
import {
  checkChosen,
  chosenExecutor,
  chosenStore,
  localExecutor,
  runsElsewhere,
  strategyExecutor,
} from "./chosen-plugins.ts";
import { machineDefaults } from "./machine-defaults.ts";
import { type QueueOptions, queueBucket, queueOffer } from "./queue-options.ts";
import { openSetup, type Setup, type SetupOptions } from "./setup.ts";
import type { DataSupply } from "./task-places.ts";
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
  /** How an executor whose tasks run in other processes finds them. */
  readonly queue?: QueueOptions | undefined;
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
   *
   * @param reach - `anywhere` if the tasks may run in other processes: they use neither memory nor open files of this
   * one. Default: `here`
   */
  executor(bars: number, reach?: "here" | "anywhere"): Promise<Executor | undefined>;
  /** Whether the tasks of the configured executor run in other processes. */
  readonly runsElsewhere: boolean;
  /** A remark for people on the queue of the current run; undefined if its tasks run in this process. */
  queueNote(): string | undefined;
  /**
   * Threads for a strategy of the user's, whatever the configured executor is. Dispose them after the work, so that the
   * next run loads the strategy again.
   */
  strategyThreads(): Promise<Executor>;
  /** Warns the user; each message is passed on once. */
  warn(message: string): void;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function queueNote({ queue, concurrency }: Executor): string | undefined {
  const run = queue?.ownRun();
  if (run === undefined) return undefined;
  const { workers, repeated, reused, costMs } = run;
  const notes = [
    workers === 0 ? "no worker" : `${counted(workers, "worker")} with ${counted(concurrency, "slot")}`,
    repeated === 0 ? "" : `${repeated} repeated`,
    reused === 0 ? "" : `${reused} stored already`,
    costMs === 0 ? "" : `${(costMs / 1000).toFixed(1)} s of workers`,
  ];
  return notes.filter((note) => note !== "").join(", ");
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
  const isElsewhere = await runsElsewhere(setup);
  const place = { config, cwd, env: options.env ?? process.env };
  let queue: Executor | undefined;
  const threads = leasedExecutor(() =>
    isElsewhere ? localExecutor(setup, threadCount) : chosenExecutor(setup, threadCount),
  );
  const supply = async (): Promise<DataSupply | undefined> => {
    const { onPush: onProgress, ...given } = options.queue ?? {};
    const url = queueBucket(given, place.env);
    if (url === undefined) return undefined;
    const { dataSupply } = await import("./data-supply.ts");
    return await dataSupply(setup, { url, onProgress });
  };
  const elsewhere = leasedExecutor(async () => {
    queue = await chosenExecutor(setup, threadCount, queueOffer(options.queue ?? {}, place), supply);
    if (queue.queue !== undefined) options.queue?.onRun?.(queue.queue.ownId);
    return queue;
  });
  return {
    loaded,
    config,
    cwd,
    env: place.env,
    host,
    store,
    storeRef,
    usesCache,
    cacheBytes: config.cacheMaxBytes,
    async checkCodec() {
      if (usesCache) await codec();
    },
    async cache() {
      const { env } = place;
      opened ??= codec().then((one) =>
        configuredCache(config, host, { codec: one, memoryBytes: cacheMemoryBytes, env }),
      );
      return await opened;
    },
    async executor(bars, reach = "here") {
      if (placement === "inline") return undefined;
      if (isElsewhere && reach === "anywhere") return await elsewhere.lease();
      if ((placement === "auto" || isElsewhere) && (bars < fewBars || threadCount === 1)) return undefined;
      return await threads.lease();
    },
    runsElsewhere: isElsewhere,
    queueNote: () => (queue === undefined ? undefined : queueNote(queue)),
    strategyThreads: () => strategyExecutor(setup, threadCount),
    warn: (message) => host.warn(message),
    async [Symbol.asyncDispose]() {
      await threads[Symbol.asyncDispose]();
      await elsewhere[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      const cache = await opened?.catch(() => undefined);
      await cache?.[Symbol.asyncDispose]();
    },
  };
}
