import type { QueueRun, QueueWorker } from "@atc/contract";
import { integer, timeText } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
import { textTable } from "../text/text-table.ts";

function timeOf(ms: number): string {
  return timeText(new Date(ms).toISOString());
}

/** The runs of `atc jobs list`. */
export function jobsTable(runs: readonly QueueRun[], screen: Screen): string {
  return textTable(
    [
      { title: "run", align: "left", isWhole: true },
      { title: "state", align: "left" },
      { title: "started", align: "left", fold: 2 },
      { title: "host", align: "left", fold: 3 },
      { title: "tasks", align: "right" },
      { title: "done", align: "right" },
      { title: "failed", align: "right" },
      { title: "repeated", align: "right", fold: 1 },
      { title: "command", align: "left", fold: 4 },
    ],
    runs.map((run) => [
      run.id,
      run.state,
      timeOf(run.startedAt),
      run.host,
      integer(run.submitted),
      integer(run.done),
      integer(run.failed),
      integer(run.repeated),
      run.title,
    ]),
    screen,
  );
}

/** The workers of `atc jobs list`. */
export function workersTable(workers: readonly QueueWorker[], screen: Screen): string {
  return textTable(
    [
      { title: "worker", align: "left", isWhole: true },
      { title: "host", align: "left" },
      { title: "process", align: "right", fold: 2 },
      { title: "release", align: "left", fold: 3 },
      { title: "slots", align: "right" },
      { title: "busy", align: "right" },
      { title: "done", align: "right" },
      { title: "failed", align: "right", fold: 1 },
    ],
    workers.map((worker) => [
      worker.id,
      worker.host,
      String(worker.pid),
      worker.release,
      integer(worker.slots),
      integer(worker.running),
      integer(worker.done),
      integer(worker.failed),
    ]),
    screen,
  );
}

/** What `atc jobs show` prints of a run. */
export function jobLines(run: QueueRun): readonly (readonly [label: string, text: string])[] {
  return [
    ["run", run.id],
    ["state", run.state],
    ["command", run.title],
    ["submitter", `process ${run.pid} on ${run.host}`],
    ["started", timeOf(run.startedAt)],
    ["tasks", `${integer(run.submitted)}, of which ${integer(run.done)} done and ${integer(run.failed)} failed`],
    ["repeated", integer(run.repeated)],
    ["stored already", integer(run.reused)],
    ["workers", integer(run.workers)],
    ["cost", `${(run.costMs / 1000).toFixed(1)} s of workers`],
  ];
}
