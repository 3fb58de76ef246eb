/** The outcome of a run with faults. */
export interface ChaosOutcome {
  /** Number of injected faults. */
  readonly faults: number;
  /** The outcome of each task. */
  readonly settled: readonly PromiseSettledResult<unknown>[];
  /** The results of the executor in the same thread. */
  readonly expected: readonly unknown[];
  readonly wallMs: number;
  /** The longest time between two results. */
  readonly longestPauseMs: number;
  /** Number of workers that did not end within a minute of SIGTERM. */
  readonly hung: number;
  /** Time until the last worker had ended. */
  readonly endingMs: number;
  /** Number of times that tasks ran to their ends. */
  readonly executions: number;
  readonly repeated: number;
  readonly submitterCpuMs: number;
}

/** Runs tasks on four workers with the faults of a seed. */
export function runChaos(options: {
  readonly seed: number;
  readonly tasks?: number;
  readonly lockMs?: number;
  readonly ms?: number;
}): Promise<ChaosOutcome>;
