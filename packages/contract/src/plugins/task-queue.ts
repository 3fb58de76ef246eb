import type { TaskRunner } from "./task-runner.ts";

/** A process that runs tasks of a queue. */
export interface QueueWorker {
  /** Distinguishes the workers of a queue. */
  readonly id: string;
  /** The name of its machine. */
  readonly host: string;
  /** Its process on that machine. */
  readonly pid: number;
  /** Number of tasks that it runs at once. */
  readonly slots: number;
  /** The release of its packages. It gets tasks of submitters of the same release only. */
  readonly release: string;
  /** The time of its start, in ms since the epoch, by its clock. */
  readonly startedAt: number;
  /** Number of tasks that it runs now. */
  readonly running: number;
  /** Number of tasks whose result it returned. */
  readonly done: number;
  /** Number of tasks that failed on it. */
  readonly failed: number;
}

/** The tasks that one executor submitted to a queue. */
export interface QueueRun {
  /** Distinguishes the runs of a queue. */
  readonly id: string;
  /** What the run is about, as its submitter named it. */
  readonly title: string;
  /** The name of the submitting machine. */
  readonly host: string;
  /** The submitting process on that machine. */
  readonly pid: number;
  /** The time of its first task, in ms since the epoch, by the submitter's clock. */
  readonly startedAt: number;
  /** `lost` if the submitter ended without finishing the run. */
  readonly state: "running" | "done" | "cancelled" | "lost";
  /** Number of submitted tasks. */
  readonly submitted: number;
  /** Number of tasks whose result arrived. */
  readonly done: number;
  /** Number of tasks that failed. */
  readonly failed: number;
  /** Number of tasks that were submitted again after a fault of a worker, of the queue or of the storage. */
  readonly repeated: number;
  /** Number of results that were stored already. */
  readonly reused: number;
  /** Number of workers that may take its tasks, when they were last counted. */
  readonly workers: number;
  /** Milliseconds for which slots of workers computed the results that arrived. */
  readonly costMs: number;
}

/** How a process serves a queue. */
export interface ServeOptions {
  /** Runs the tasks; its `concurrency` is the number of slots. */
  readonly runner: TaskRunner;
  /** Receives lines for people: lost connections, refused tasks. */
  readonly onEvent?: ((line: string) => void) | undefined;
}

/** A process that serves a queue. Disposal takes no more tasks, waits for the running ones and leaves the queue. */
export interface TaskServer extends AsyncDisposable {
  /** What the queue knows of this process. */
  worker(): QueueWorker;
}

/** What {@link TaskQueue.clean} removed. */
export interface QueueCleaning {
  /** Records of runs. */
  readonly runs: number;
  /** Files of inputs and results. */
  readonly files: number;
  /** Their bytes. */
  readonly bytes: number;
}

/** The queue behind an executor whose tasks run in other processes. */
export interface TaskQueue {
  /** The place of the queue, without secrets, for messages. */
  readonly place: string;
  /** Registers this process as a worker, and runs tasks until the server is disposed. */
  serve(options: ServeOptions): Promise<TaskServer>;
  /** The registered workers, of any release. */
  workers(): Promise<readonly QueueWorker[]>;
  /** The runs that the queue remembers, the newest first. */
  runs(): Promise<readonly QueueRun[]>;
  /** The id of this executor's run, which begins with its first task. */
  readonly ownId: string;
  /** The run of this executor; undefined before its first task. */
  ownRun(): QueueRun | undefined;
  /** Ends the tasks of a run: its submitter gets ATC_ABORTED. Resolves to false for an unknown run. */
  cancel(id: string): Promise<boolean>;
  /** Forgets ended runs, and removes inputs and results that are older than some milliseconds. */
  clean(olderThanMs: number): Promise<QueueCleaning>;
}
