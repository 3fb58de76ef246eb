import type { Kernel } from "../base/kernel.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import { copyResults, type Target } from "./targets.ts";

/** Reads a stream's outputs from the rows of its kernel. */
export interface OutputReader<Name extends SignalOutput> {
  /** The outputs of the bar that was taken last, alone. */
  record(): Readonly<Record<Name, number>>;
  /** Writes them in order. */
  write(values: Float64Array): void;
  /** Copies blocks of results to targets. */
  copier(targets: Readonly<Partial<Record<SignalOutput, Target>>>): (count: number, from: number) => void;
}

/** A reader of `outputs`, rounded where `float32`. */
export function createOutputReader<Name extends SignalOutput>(
  kernel: Kernel,
  outputs: readonly Name[],
  float32: boolean,
): OutputReader<Name> {
  let results: Kernel["results"] = {};
  let rows: readonly Float64Array[] = [];

  function currentRows(): readonly Float64Array[] {
    // The rows are others once the kernel's memory has grown.
    if (results !== kernel.results) {
      results = kernel.results;
      rows = outputs.map((output) => results[output] as Float64Array);
    }
    return rows;
  }

  function write(values: Float64Array): void {
    const current = currentRows();
    for (let i = 0; i < current.length; i++) {
      const row = current[i] as Float64Array;
      values[i] = float32 ? Math.fround(row[0]) : row[0];
    }
  }

  const values = new Float64Array(outputs.length);
  return {
    record() {
      write(values);
      const record: Partial<Record<SignalOutput, number>> = {};
      for (let i = 0; i < outputs.length; i++) record[outputs[i] as Name] = values[i];
      return record as Record<Name, number>;
    },
    write,
    copier(targets) {
      return (count, from) => {
        const current = currentRows();
        for (let i = 0; i < current.length; i++) {
          const target = targets[outputs[i] as Name];
          if (target !== undefined) copyResults(current[i] as Float64Array, count, target, from);
        }
      };
    },
  };
}
