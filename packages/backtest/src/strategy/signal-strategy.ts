import { AtcError, type DecisionName, type StrategyRun } from "@atc/contract";
import type { SignalRows, SymbolSignals } from "./signal-rows.ts";
import type { BoundStrategy } from "./strategy.ts";

/** Finds the row at the time of each bar, in the order of bars; -1 if there is none. */
function createRowSearch({ times }: SymbolSignals): (time: number) => number {
  const { length } = times;
  let next = 0;
  return (time) => {
    while (next < length && times[next] < time) next++;
    return next < length && times[next] === time ? next : -1;
  };
}

/** The direction of each bar's row. Without one, the last direction stays, 0 at first. */
function startDirections(rows: SymbolSignals): StrategyRun {
  const rowAt = createRowSearch(rows);
  const [values] = rows.values;
  let last = 0;
  return {
    decide({ timestamp }, directions) {
      const times = timestamp as Float64Array;
      for (let i = 0; i < directions.length; i++) {
        const row = rowAt(times[i]);
        if (row >= 0 && !Number.isNaN(values[row])) last = values[row];
        directions[i] = last;
      }
    },
  };
}

/** The values of each bar's row. Without one they stay NaN, which repeats the last value. */
function startOutputs(rows: SymbolSignals, outputs: readonly DecisionName[]): StrategyRun {
  const rowAt = createRowSearch(rows);
  const { values } = rows;
  return {
    decide({ timestamp }, directions, decisions) {
      const times = timestamp as Float64Array;
      const targets = outputs.map((name) => decisions[name]);
      for (let i = 0; i < directions.length; i++) {
        const row = rowAt(times[i]);
        if (row < 0) continue;
        for (let output = 0; output < targets.length; output++) {
          const target = targets[output];
          if (target !== undefined) target[i] = values[output][row];
        }
      }
    },
  };
}

const noValues = new Float64Array(0);
const nothing: SymbolSignals = { times: noValues, values: [noValues, noValues, noValues, noValues] };

/**
 * The strategy that decides at each bar what the row of its time says, for the `signal` of the rows' set. A bar without
 * a row repeats the last decision, and is flat before the first. Rows at other times decide nothing.
 */
export function signalStrategy({ set, symbols }: SignalRows): BoundStrategy {
  const outputs = set.signal === "strategy" ? [] : (set.columns as readonly DecisionName[]);
  return {
    name: "signals",
    version: 1,
    columns: ["timestamp"],
    outputs,
    start(symbol) {
      const rows = symbols.get(symbol) ?? nothing;
      if (rows.fault !== undefined)
        throw new AtcError("ATC_INVALID_ARGUMENT", rows.fault.message, { details: rows.fault.details });
      return outputs.length === 0 ? startDirections(rows) : startOutputs(rows, outputs);
    },
  };
}
