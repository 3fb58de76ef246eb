import {
  AtcError,
  type Executor,
  isAtcError,
  type SubmitOptions,
  type TaskRef,
  type TaskRunner,
  type TaskServer,
} from "@atc/contract";
import { runWatched, type StrategyWatch } from "../strategy/strategy-watch.ts";
import { chosenStore, localExecutor, strategyExecutor } from "../wiring/chosen-plugins.ts";
import { machineDefaults } from "../wiring/machine-defaults.ts";
import { openSetup, type Setup } from "../wiring/setup.ts";
import { arrived, isPlaced, type TaskInput, type TaskPlaces } from "../wiring/task-places.ts";
import { type DataCopies, type DataPlaceOptions, openDataCopies } from "./data-copies.ts";
import { dataToken } from "./data-token.ts";
import { type DatasetGuard, datasetGuard } from "./dataset-guard.ts";
import { installedStrategy, sentStrategyOf } from "./installed-strategy.ts";
import { type OpenQueue, type OpenQueueOptions, queueOf } from "./queue-executor.ts";

/** How a worker works. */
export interface MachineWorkerOptions extends OpenQueueOptions {
  /** Tasks at once, each on a thread of its own. Default: one per core, or fewer if they do not fit in memory. */
  readonly slots?: number | undefined;
  /** The place from which it gets datasets. Default: its own data folder, which has them. */
  readonly data?: Omit<DataPlaceOptions, "token" | "onEvent" | "signal"> | undefined;
  /** The path of a file with the token of that place. Default: the variable ATC_DATA_TOKEN, or else no token. */
  readonly tokenFile?: string | undefined;
  /** Receives lines for people. */
  readonly onEvent?: ((line: string) => void) | undefined;
  /** Ends the start, such as the wait for a place that cannot be reached: ATC_ABORTED. */
  readonly signal?: AbortSignal | undefined;
}

/** A process that runs tasks of other machines. Disposal waits for the running ones and leaves the queue. */
export interface MachineWorker extends TaskServer, OpenQueue {
  /** The folder of its datasets, or of its copies of them. */
  readonly dataDir: string;
}

/** The tasks that run for other machines. They read datasets and nothing else, and write nothing. */
const servedTasks: ReadonlySet<string> = new Set([
  "@atc/runtime#backtestSentSymbols",
  "@atc/runtime#evaluateUnit",
  "@atc/runtime#stitchChoices",
  "@atc/runtime#evaluateReturns",
]);

function refused(ref: TaskRef, why: string): AtcError {
  return new AtcError("ATC_UNSUPPORTED", `this worker does not run task "${ref.task}": ${why}`, {
    details: { task: ref.task },
  });
}

/** A dataset that this machine does not have, or has with other content. */
function otherDataset(input: Readonly<Record<string, unknown>>, dataDir: string, cause: AtcError): AtcError {
  const name = String(input["dataset"]);
  return new AtcError(
    "ATC_NOT_FOUND",
    `the worker has no dataset "${name}" of the submitter's content in "${dataDir}"; share the submitter's data folder and name it with --data-dir`,
    { cause, details: { dataset: name, path: dataDir } },
  );
}

/** What tasks of other machines run with. */
interface MachineParts extends TaskPlaces {
  readonly setup: Setup;
  readonly copies: DataCopies | undefined;
  readonly threads: TaskRunner;
  readonly guard: DatasetGuard;
  /** Threads for strategies of packages; they start with the first such task. */
  readonly strategyThreads: () => Promise<Executor>;
}

/** Runs tasks of other machines on threads of this one, over datasets and with packages of this one. */
function localTasks({ setup, copies, guard, threads, strategyThreads, ...given }: MachineParts): TaskRunner {
  const { dataDir } = setup.config;

  async function runPlaced(
    ref: TaskRef,
    input: TaskInput,
    options: SubmitOptions,
    store: TaskPlaces["store"],
  ): Promise<unknown> {
    const placed = arrived(input, { ...given, store });
    if (input["own"] === undefined) return await threads.submit(ref, placed, options);
    const sent = sentStrategyOf(input["own"]);
    const module = await installedStrategy(setup, sent);
    const inputOf = (watch: StrategyWatch): TaskInput => ({ ...placed, own: { module, watch } });
    const { deadline } = sent;
    return await runWatched(inputOf, { ...options, executor: await strategyThreads(), task: ref, deadline });
  }

  return {
    get concurrency() {
      return threads.concurrency;
    },
    async submit<Input, Output>(ref: TaskRef, input: Input, options: SubmitOptions = {}): Promise<Output> {
      if (!servedTasks.has(ref.task)) throw refused(ref, "its tasks are those of backtests, sweeps and walk-forwards");
      if (!isPlaced(input)) throw refused(ref, "its input names no dataset");
      const dataset = String(input["dataset"]);
      try {
        const run = (store: TaskPlaces["store"]): Promise<unknown> => runPlaced(ref, input, options, store);
        // Each segment of a copy is compared with its manifest before it is used.
        if (copies !== undefined) return (await copies.withCopy(input, run)) as Output;
        await guard.check(dataset);
        const output = (await run(given.store)) as Output;
        await guard.check(dataset);
        return output;
      } catch (error) {
        throw isAtcError(error, "ATC_REPLACED") ? otherDataset(input, dataDir, error) : error;
      }
    },
  };
}

/**
 * Serves the queue of the configuration: runs the tasks of backtests, sweeps and walk-forwards that other machines
 * submit, over the datasets in this machine's data folder.
 *
 * @throws what `openQueue` throws; ATC_MISSING_PLUGIN (a store)
 */
export async function openMachineWorker(options: MachineWorkerOptions = {}): Promise<MachineWorker> {
  const { slots = machineDefaults().threads, onEvent, data, signal, env = process.env } = options;
  const setup = await openSetup(options);
  const { dataDir, cacheDir } = setup.config;
  const { store, storeRef } = await chosenStore(setup);
  const owned: AsyncDisposable[] = [store];
  const close = async (): Promise<void> => {
    for (const one of owned.splice(0).reverse()) await one[Symbol.asyncDispose]();
  };
  try {
    const token = data === undefined ? undefined : await dataToken({ file: options.tokenFile, env, cwd: setup.cwd });
    const copies =
      data === undefined ? undefined : await openDataCopies(setup, storeRef, { ...data, token, onEvent, signal });
    if (copies !== undefined) owned.push(copies);
    const queue = { ...options.queue, ...(data === undefined ? {} : { server: data.url, token }) };
    const opened = await queueOf(setup, { ...options, queue });
    owned.push(opened);
    const threads = await localExecutor(setup, slots);
    owned.push(threads);
    let ownThreads: Promise<Executor> | undefined;
    const strategyThreads = async (): Promise<Executor> => {
      ownThreads ??= strategyExecutor(setup, slots);
      return await ownThreads;
    };
    owned.push({ [Symbol.asyncDispose]: async () => await (await ownThreads)?.[Symbol.asyncDispose]() });
    const folders = [dataDir, cacheDir];
    const guard = datasetGuard(store, dataDir);
    const runner = localTasks({ setup, copies, threads, guard, strategyThreads, store: storeRef, folders });
    const server = await opened.queue.serve({ runner, onEvent });
    owned.push(server);
    let closing: Promise<void> | undefined;
    return {
      cacheDir,
      dataDir: copies?.directory ?? dataDir,
      queue: opened.queue,
      worker: () => server.worker(),
      [Symbol.asyncDispose]() {
        closing ??= close();
        return closing;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
