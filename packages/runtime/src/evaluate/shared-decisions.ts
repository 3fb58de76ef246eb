import type { AnyBoundStrategy } from "@atc/backtest";
import type { DecisionName, Decisions, StrategyRun } from "@atc/contract";

/** The decisions of a strategy for one symbol, block by block. */
interface Recording {
  readonly directions: Int8Array[];
  readonly outputs: readonly { readonly name: DecisionName; readonly blocks: Float64Array[] }[];
  warnings: readonly string[];
}

/** Decisions that several configurations share. */
export interface SharedDecisions {
  /**
   * A strategy that computes decisions once and then repeats them. Strategies with equal keys must decide the same for
   * the same symbol. The decisions of the key before are forgotten. Those of a strategy that sees all symbols are not
   * shared.
   */
  strategyOf(key: string, create: () => AnyBoundStrategy): AnyBoundStrategy;
}

function outputOf(decisions: Decisions, name: DecisionName): Float64Array {
  const values = decisions[name];
  if (values === undefined) throw new TypeError(`the decisions "${name}" are missing`);
  return values;
}

/** Copies the next rows of recorded blocks. */
function blockReader<Values extends Int8Array | Float64Array>(blocks: readonly Values[]): (into: Values) => void {
  let block = 0;
  let row = 0;
  return (into) => {
    for (let filled = 0; filled < into.length; ) {
      const source = blocks[block];
      if (source === undefined) throw new RangeError("there are more bars than recorded decisions");
      const rows = Math.min(source.length - row, into.length - filled);
      (into as Int8Array).set(source.subarray(row, row + rows) as Int8Array, filled);
      filled += rows;
      row += rows;
      if (row < source.length) continue;
      block++;
      row = 0;
    }
  };
}

function replay({ directions, outputs, warnings }: Recording): StrategyRun {
  const readDirections = blockReader(directions);
  const readers = outputs.map(({ name, blocks }) => ({ name, read: blockReader(blocks) }));
  return {
    decide(_bars, into, decisions) {
      readDirections(into);
      for (const { name, read } of readers) read(outputOf(decisions, name));
    },
    finish: () => warnings,
  };
}

/**
 * Shares decisions between configurations whose accounts differ.
 *
 * @param mostBytes - of recorded decisions; what exceeds them is computed again
 */
export function sharedDecisions(mostBytes: number): SharedDecisions {
  let current: string | undefined;
  let recordings = new Map<string, Recording>();
  let bytes = 0;

  function record(run: StrategyRun, id: string, wanted: readonly DecisionName[]): StrategyRun {
    const recording: Recording = {
      directions: [],
      outputs: wanted.map((name) => ({ name, blocks: [] })),
      warnings: [],
    };
    const owner = recordings;
    let fits = true;
    return {
      decide(bars, directions, decisions) {
        run.decide(bars, directions, decisions);
        if (!fits) return;
        bytes += directions.length * (1 + 8 * wanted.length);
        fits = bytes <= mostBytes;
        if (!fits) return;
        // The account overwrites them afterwards.
        recording.directions.push(directions.slice());
        for (const { name, blocks } of recording.outputs) blocks.push(outputOf(decisions, name).slice());
      },
      finish() {
        recording.warnings = run.finish?.() ?? [];
        if (fits) owner.set(id, recording);
        return recording.warnings;
      },
    };
  }

  return {
    strategyOf(key, create) {
      if (key !== current) {
        recordings = new Map();
        bytes = 0;
      }
      current = key;
      const strategy = create();
      if (strategy.scope === "universe") return strategy;
      return {
        ...strategy,
        start(symbol, wanted = []) {
          const id = JSON.stringify([symbol, wanted]);
          const known = recordings.get(id);
          return known === undefined ? record(strategy.start(symbol, wanted), id, wanted) : replay(known);
        },
      };
    },
  };
}
