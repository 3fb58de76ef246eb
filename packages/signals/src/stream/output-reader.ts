import type { Kernel } from "../base/kernel.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import { copyResults, type Target } from "./targets.ts";

/** Reads a stream's outputs from the rows of its kernel. */
export interface OutputReader<Name extends SignalOutput> {
  /** The outputs of the last bar, if it was computed on its own. */
  record(): Readonly<Record<Name, number>>;
  /** Writes these outputs in order. */
  write(values: Float64Array): void;
  /** Creates a function that copies blocks of results to targets. */
  copier(targets: Readonly<Partial<Record<SignalOutput, Target>>>): (count: number, from: number) => void;
}

/** Creates a reader of `outputs`, which rounds values if `float32` is true. */
export function createOutputReader<Name extends SignalOutput>(
  kernel: Kernel,
  outputs: readonly Name[],
  float32: boolean,
): OutputReader<Name> {
  let results: Kernel["results"] = {};
  let rows: readonly Float64Array[] = [];

  function currentRows(): readonly Float64Array[] {
    // The rows change when the kernel's memory grows.
    if (results !== kernel.results) {
      results = kernel.results;
      rows = outputs.map((output) => results[output] as Float64Array);
    }
    return rows;
  }

  function write(values: Float64Array): void {
    const current = currentRows();
    for (let i = 0; i < current.length; i++) {
      const row = current[i];
      values[i] = float32 ? Math.fround(row[0]) : row[0];
    }
  }

  const values = new Float64Array(outputs.length);
  return {
    record() {
      write(values);
      const record: Partial<Record<SignalOutput, number>> = {};
      for (let i = 0; i < outputs.length; i++) record[outputs[i]] = values[i];
      return record as Record<Name, number>;
    },
    write,
    copier(targets) {
      return (count, from) => {
        const current = currentRows();
        for (let i = 0; i < current.length; i++) {
          const target = targets[outputs[i]];
          if (target !== undefined) copyResults(current[i], count, target, from);
        }
      };
    },
  };
}
