import { once } from "node:events";
import type { QueueWorker } from "@atc/contract";
import type { Command } from "commander";
import { dataGroups, withConfigKeys } from "../invocation/config-options.ts";
import { dataPlace, tokenFileOf, withToken } from "../invocation/data-place.ts";
import { type CommandLineIo, type Preparation, startPreparation, withCommon } from "../invocation/invocation.ts";
import { queueOptions, withQueue } from "../invocation/queue-options.ts";
import { slotCount } from "../invocation/reading-options.ts";
import { counted } from "../text/number-format.ts";

/** Milliseconds between two health lines. */
const healthMs = 5_000;

function health({ running, done, failed }: QueueWorker, slots: number): string {
  const failures = failed === 0 ? "" : `, ${failed} failed`;
  return `${running} of ${counted(slots, "slot")} busy, ${counted(done, "task")} done${failures}`;
}

async function work(run: Preparation): Promise<void> {
  const { openMachineWorker } = await import("@atc/runtime/machines");
  const { signal } = run.io;
  const slots = slotCount(run.options);
  const data = dataPlace(run);
  await using worker = await openMachineWorker({
    ...run.set,
    queue: queueOptions(run.options),
    ...(data === undefined ? {} : { data }),
    ...tokenFileOf(run.options),
    ...(slots === undefined ? {} : { slots }),
    onEvent: (line) => run.say(line),
    signal,
  });
  const own = worker.worker();
  if (run.json) run.printJson(own);
  else
    run.print(
      `worker ${own.id} serves ${worker.queue.place}: ${counted(own.slots, "slot")}, data in ${worker.dataDir}`,
    );
  const timer = setInterval(() => run.say(health(worker.worker(), own.slots)), healthMs);
  try {
    if (!signal.aborted) await once(signal, "abort");
  } finally {
    clearInterval(timer);
  }
  run.say(`stopping: ${health(worker.worker(), own.slots)}`);
}

/** Adds `atc worker`. */
export function addWorker(program: Command, io: CommandLineIo): void {
  const command = program
    .command("worker")
    .description("Run tasks that backtests, sweeps and walk-forwards of other machines submit, until Ctrl-C or SIGTERM")
    .option(
      "--concurrency <count>",
      "tasks at once, each on a thread (default: one per core, fewer in a small container)",
    );
  withToken(
    command
      .option(
        "--data <url>",
        "datasets and tasks of submitters: the URL of atc data serve, or s3://bucket/prefix (default: ATC_DATA_URL)",
      )
      .option("--copies <folder>", "folder for copies of its datasets (default: copies beside the cache)")
      .option("--copies-size <bytes>", "the most bytes of copies, such as 64GB (default: 16GiB)"),
  );
  withConfigKeys(withQueue(withCommon(command)), dataGroups).action(async () => {
    await work(startPreparation(command, io));
  });
}
