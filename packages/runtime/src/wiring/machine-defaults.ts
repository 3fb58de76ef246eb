import { availableParallelism, totalmem } from "node:os";

/** The properties of a machine that decide the defaults. */
export interface Machine {
  /** Number of cores that the process may use. */
  readonly cores: number;
  /**
   * Memory limit of a container or cgroup, as `process.constrainedMemory()` reports it: 0, undefined or about 1.8e19
   * if there is none.
   */
  readonly constrainedBytes: number | undefined;
  /** Memory of the machine, in bytes. */
  readonly totalBytes: number;
}

/** The memory and the threads of a run by default. */
export interface MachineDefaults {
  /** Memory of an ingest, in bytes. */
  readonly memoryBytes: number;
  /** Number of threads, 1 or more. */
  readonly threads: number;
}

/**
 * Memory of an ingest on a machine with enough of it: more does not make it faster. With two threads, about 130 MB are
 * anonymous.
 */
const plentyBytes = 224 * 2 ** 20;
/** Share of the allowed memory. The rest is for pages of files being written, which count against the limit too. */
const memoryShare = 0.75;
/** Bytes of the process without threads, and of each thread. */
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
 * The default memory and threads of a run: 224 MiB and one thread per core, or less if the container or the machine
 * has less memory. Beside the 100 MB of the process, each thread takes 24 MB; one thread is always allowed.
 */
export function machineDefaults({ cores, constrainedBytes = 0, totalBytes }: Machine = thisMachine()): MachineDefaults {
  const bytes = constrainedBytes > 0 ? Math.min(constrainedBytes, totalBytes) : totalBytes;
  const fitting = Math.floor((bytes - processBytes) / threadBytes);
  return {
    memoryBytes: Math.floor(Math.min(plentyBytes, memoryShare * bytes)),
    threads: Math.max(1, Math.min(cores, fitting)),
  };
}
