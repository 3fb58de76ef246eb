import { availableParallelism, totalmem } from "node:os";

/** What of a machine decides the defaults. */
export interface Machine {
  /** Cores that the process may use. */
  readonly cores: number;
  /** Bytes that a container or cgroup allows the process, as `process.constrainedMemory()` tells: 0, undefined or some 1.8e19 if there is no limit. */
  readonly constrainedBytes: number | undefined;
  /** Bytes of the machine. */
  readonly totalBytes: number;
}

/** What a run uses if nothing else is asked for. */
export interface MachineDefaults {
  /** Bytes of memory of an ingest. */
  readonly memoryBytes: number;
  /** Threads, 1 or more. */
  readonly threads: number;
}

/** Bytes of an ingest on a machine with enough memory: with two threads some 130 MB of it are anonymous, and more makes it no faster. */
const plentyBytes = 224 * 2 ** 20;
/** Of the memory that is allowed: the rest is for pages of files that are being written, which count too. */
const memoryShare = 0.75;
/** Bytes of a process without threads, and of each thread. */
const processBytes = 100e6;
const threadBytes = 24e6;

/** The machine that this process runs on. */
function thisMachine(): Machine {
  return {
    cores: availableParallelism(),
    constrainedBytes: process.constrainedMemory?.(),
    totalBytes: totalmem(),
  };
}

/**
 * The memory and the threads of a run by default: 224 MiB and a thread a core, less if the container or the machine has less memory. Threads must fit
 * beside 100 MB of the process, at 24 MB each; one always does.
 */
export function machineDefaults({ cores, constrainedBytes = 0, totalBytes }: Machine = thisMachine()): MachineDefaults {
  const bytes = constrainedBytes > 0 ? Math.min(constrainedBytes, totalBytes) : totalBytes;
  const fitting = Math.floor((bytes - processBytes) / threadBytes);
  return {
    memoryBytes: Math.floor(Math.min(plentyBytes, memoryShare * bytes)),
    threads: Math.max(1, Math.min(cores, fitting)),
  };
}
