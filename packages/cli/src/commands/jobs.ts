import { resolve } from "node:path";
import { AtcError, type QueueRun, type TaskQueue } from "@atc/contract";
import { hostId, isProcessRunning } from "@atc/plugin-kit";
import type { Command } from "commander";
import { parseAge } from "../invocation/age.ts";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import { type CommandLineIo, type Preparation, startPreparation, withCommon } from "../invocation/invocation.ts";
import { cleanJobRecords, type JobRecord, readJobRecord } from "../invocation/job-record.ts";
import { submissionOptions, withSubmission } from "../invocation/queue-options.ts";
import { jobLines, jobsTable, workersTable } from "../reports/jobs-table.ts";
import { labelledLines } from "../text/labelled-lines.ts";
import { bytes, counted } from "../text/number-format.ts";

/** One run of a command that opens the queue. */
interface QueueCommand extends Preparation {
  readonly cacheDir: string;
}

/** Adds a command that opens the queue. */
function addQueueCommand(
  command: Command,
  io: CommandLineIo,
  action: (queue: TaskQueue, run: QueueCommand, words: readonly string[]) => Promise<void>,
): void {
  withConfigKeys(withSubmission(withCommon(command)), storageGroups).action(async () => {
    const run = startPreparation(command, io);
    const { openQueue } = await import("@atc/runtime/machines");
    await using opened = await openQueue({ ...run.set, queue: submissionOptions(run.options) });
    await action(opened.queue, { ...run, cacheDir: opened.cacheDir }, command.args);
  });
}

/** The run of an id, or of its last part. */
async function runOf(queue: TaskQueue, id: string): Promise<QueueRun> {
  const runs = await queue.runs();
  const found = runs.filter((one) => one.id === id || one.id.endsWith(id));
  const [run] = found;
  if (run !== undefined && found.length === 1) return run;
  const what = run === undefined ? "no run" : `${found.length} runs`;
  throw new AtcError("ATC_NOT_FOUND", `${what} of the queue at ${queue.place} match "${id}"; atc jobs list shows all`, {
    details: { run: id },
  });
}

function addList(jobs: Command, io: CommandLineIo): void {
  const command = jobs.command("list").description("List the runs of the queue, the newest first, and its workers");
  addQueueCommand(command, io, async (queue, run) => {
    const [runs, workers] = await Promise.all([queue.runs(), queue.workers()]);
    if (run.json) return run.printJson({ runs, workers });
    run.print(`${queue.place}: ${counted(runs.length, "run")}, ${counted(workers.length, "worker")}`);
    if (runs.length > 0) run.printFitted(jobsTable(runs, run.screen));
    if (workers.length > 0) run.printFitted(`\n${workersTable(workers, run.screen)}`);
  });
}

function addShow(jobs: Command, io: CommandLineIo): void {
  const command = jobs.command("show <run>").description("Describe a run, and how to resume it");
  addQueueCommand(command, io, async (queue, run, [id = ""]) => {
    const found = await runOf(queue, id);
    if (run.json) return run.printJson(found);
    for (const line of labelledLines(jobLines(found), run.screen)) run.print(line);
    if (found.state === "lost" || found.state === "cancelled")
      run.say("", `atc jobs resume ${found.id} runs it again: stored results are not computed again`);
  });
}

function addCancel(jobs: Command, io: CommandLineIo): void {
  const command = jobs.command("cancel <run>").description("End the tasks of a run; its command fails");
  addQueueCommand(command, io, async (queue, run, [id = ""]) => {
    const found = await runOf(queue, id);
    if (found.state === "done" || found.state === "cancelled")
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `the run ${found.id} is ${found.state}, so there is nothing to cancel`,
        { details: { run: found.id, state: found.state } },
      );
    await queue.cancel(found.id);
    if (run.json) run.printJson({ cancelled: found.id });
    else run.print(`cancelled ${found.id}`);
  });
}

/** The command of a run that has ended, or whose submitter has. */
async function resumable(queue: TaskQueue, { id, state }: QueueRun, cacheDir: string): Promise<JobRecord> {
  const record = await readJobRecord(cacheDir, id);
  const details = { run: id, state };
  if (state === "done")
    throw new AtcError("ATC_INVALID_ARGUMENT", `the run ${id} is done, so there is nothing to resume`, { details });
  if (record !== undefined) {
    if (state !== "running" || (record.host === hostId() && !isProcessRunning(record.pid))) return record;
    throw new AtcError("ATC_LOCKED", `the run ${id} is still running; end it with: atc jobs cancel ${id}`, { details });
  }
  throw new AtcError(
    "ATC_NOT_FOUND",
    `the command of the run ${id} is not beside the cache "${cacheDir}"; atc jobs show ${id} of ${queue.place} has it: run it again in the folder and on the machine that submitted it`,
    { details },
  );
}

function addResume(jobs: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = jobs
    .command("resume <run>")
    .description("Run the command of a lost or cancelled run again: stored results are not computed again");
  withConfigKeys(withSubmission(withCommon(command)), storageGroups).action(async () => {
    const run = startPreparation(command, io);
    const [id = ""] = command.args;
    const queue = submissionOptions(run.options);
    const record = await recordOf(run, queue, id);
    run.say(`resuming in ${record.cwd}: atc ${record.args.join(" ")}`);
    const { redis, shared, server } = queue;
    const env = {
      ...io.env,
      ...(redis === undefined ? {} : { ATC_REDIS: redis.includes("://") ? redis : resolve(io.cwd, redis) }),
      ...(shared === undefined ? {} : { ATC_SHARED: resolve(io.cwd, shared) }),
      ...(server === undefined ? {} : { ATC_DATA_URL: server }),
    };
    if (io.start !== undefined) exit(await io.start(record.args, { cwd: record.cwd, env }));
  });
}

/** The command of a run. The queue is closed again before it starts. */
async function recordOf(
  { set }: Preparation,
  queue: ReturnType<typeof submissionOptions>,
  id: string,
): Promise<JobRecord> {
  const { openQueue } = await import("@atc/runtime/machines");
  await using opened = await openQueue({ ...set, queue });
  return await resumable(opened.queue, await runOf(opened.queue, id), opened.cacheDir);
}

function addClean(jobs: Command, io: CommandLineIo): void {
  const command = jobs
    .command("clean")
    .description("Forget ended runs, and remove old inputs and results from the shared directory")
    .option("--older-than <age>", "only what is older, such as 12h or 7d (default: 1d)");
  addQueueCommand(command, io, async (queue, run) => {
    const age = run.options["olderThan"];
    const olderThanMs = parseAge(typeof age === "string" ? age : "1d", "--older-than");
    const cleaned = await queue.clean(olderThanMs);
    await cleanJobRecords(run.cacheDir, Date.now() - olderThanMs);
    if (run.json) run.printJson(cleaned);
    else
      run.print(
        `forgot ${counted(cleaned.runs, "run")}, removed ${counted(cleaned.files, "file")} (${bytes(cleaned.bytes)})`,
      );
  });
}

/** Adds `atc jobs`. */
export function addJobs(program: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const jobs = program.command("jobs").description("List, cancel, resume and clean up runs on other machines");
  addList(jobs, io);
  addShow(jobs, io);
  addCancel(jobs, io);
  addResume(jobs, io, exit);
  addClean(jobs, io);
}
