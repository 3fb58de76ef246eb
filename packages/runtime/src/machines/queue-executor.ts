import { AtcError, type Executor, type TaskQueue } from "@atc/contract";
import { declaredOptions } from "../plugins/plugin-options.ts";
import { type QueueOptions, queueOffer } from "../wiring/queue-options.ts";
import { openSetup, type Setup, type SetupOptions } from "../wiring/setup.ts";

/** How a queue is opened. */
export interface OpenQueueOptions extends SetupOptions {
  readonly queue?: QueueOptions | undefined;
}

/** An open queue. Disposal closes its connections. */
export interface OpenQueue extends AsyncDisposable {
  /** The cache of the configuration. What belongs to its runs is beside it. */
  readonly cacheDir: string;
  readonly queue: TaskQueue;
}

/** The executor of the queue: the configured one if its tasks run in other processes, or else that over BullMQ. */
const usualQueue = "bullmq";

async function queueName({ config: { executor }, host }: Setup): Promise<string> {
  const installed = await host.installed();
  const isChosen = installed.some((one) => one.kind === "executor" && one.name === executor && one.runsElsewhere);
  return isChosen ? executor : usualQueue;
}

/** Opens the queue that a setup names. */
export async function queueOf(
  setup: Setup,
  { queue = {}, env = process.env }: OpenQueueOptions,
): Promise<OpenQueue & { readonly executor: Executor }> {
  const name = await queueName(setup);
  const plugin = await setup.host.locate("executor", name);
  const offered = queueOffer(queue, { ...setup, env });
  const executor = await setup.host.find("executor", name, declaredOptions(plugin, offered));
  if (executor.queue !== undefined)
    return {
      executor,
      cacheDir: setup.config.cacheDir,
      queue: executor.queue,
      [Symbol.asyncDispose]: () => executor[Symbol.asyncDispose](),
    };
  await executor[Symbol.asyncDispose]();
  throw new AtcError("ATC_UNSUPPORTED", `the executor "${name}" has no queue that workers serve; use ${usualQueue}`, {
    details: { name },
  });
}

/**
 * Opens the queue that the configuration names, to list and end its runs.
 *
 * @throws what {@link openSetup} throws; ATC_MISSING_PLUGIN without an executor that has a queue; ATC_IO if its server
 * cannot be reached
 */
export async function openQueue(options: OpenQueueOptions = {}): Promise<OpenQueue> {
  return await queueOf(await openSetup(options), options);
}
