import type { Block, BlocksOptions, Series, StrategyBars } from "@atc/contract";
import type { BoundStrategy } from "../strategy/strategy.ts";

/**
 * A series whose blocks also end at some rows. A strategy that decides at the last row of such a block has seen nothing
 * after it, as if the data ended there.
 *
 * @param cuts - rows after which a block ends, exclusive ends, rising
 */
export function dividedSeries(series: Series, cuts: readonly number[]): Series {
  function* blocks(options: BlocksOptions): Generator<Block, void, void> {
    const { from = 0, to = series.length } = options;
    let start = from;
    for (const cut of [...cuts, to]) {
      if (cut <= start || cut > to) continue;
      yield* series.blocks({ ...options, from: start, to: cut });
      start = cut;
    }
  }
  return {
    symbol: series.symbol,
    length: series.length,
    columns: series.columns,
    blocks,
    window: (column, start, length) => series.window(column, start, length),
  };
}

function copied(bars: StrategyBars): StrategyBars {
  const copies = Object.entries(bars).map(
    ([name, column]) => [name, (column as Float64Array | undefined)?.slice()] as const,
  );
  return Object.fromEntries(copies) as unknown as StrategyBars;
}

/** A strategy that receives copies: the memory behind a column of a mapped file holds the bars that follow it. */
export function onCopies(strategy: BoundStrategy): BoundStrategy {
  return {
    ...strategy,
    start(...given) {
      const run = strategy.start(...given);
      return {
        decide: (bars, directions, decisions) => run.decide(copied(bars), directions, decisions),
        finish: () => run.finish?.() ?? [],
      };
    },
  };
}
