import { crc32 } from "node:zlib";
import { type AtcError, type Block, type Dataset, isAtcError, type Series, type SignalConfig } from "@atc/contract";
import { createPacer } from "@atc/plugin-kit";
import { createStreams } from "@atc/signals";
import type { FollowedSymbol, WatchState } from "./watch-state.ts";

/** A change of a symbol's direction. */
export interface DirectionEvent {
  /** As the dataset spells it. */
  readonly symbol: string;
  /** The time of the bar whose close changed it, in ms since the epoch. */
  readonly time: number;
  /** 1 is long, -1 is short, 0 is neither. */
  readonly direction: number;
  /** The direction before. */
  readonly previous: number;
  /** ATC's average signal of the bar. Absent if another strategy decides, or only some of the bars are used. */
  readonly averageSignal?: number;
  /** The strength or the target weight that another strategy decided, if the account reads it. */
  readonly strength?: number;
  /** The close of the bar. Absent in a shared account of another strategy. */
  readonly close?: number;
}

/** A symbol that could not be computed. */
export interface FollowFailure {
  /** As the dataset spells it. */
  readonly symbol: string;
  /** Why. */
  readonly error: AtcError;
}

/** What a dataset has that was not computed before. */
export interface Followed {
  /** By time, then by symbol. */
  readonly events: readonly DirectionEvent[];
  readonly failures: readonly FollowFailure[];
  /** What to know about what decides, such as rows of a file of decisions that no bar has. */
  readonly notes: readonly string[];
}

/** Which rows of a dataset may differ from those that were computed. */
interface FollowOptions {
  /** Whether none was added or replaced. */
  readonly isSame: boolean;
  /** Symbols whose rows were replaced; `all` if that is unknown, so that all rows are compared. */
  readonly replaced: ReadonlySet<string> | "all";
  readonly signal?: AbortSignal | undefined;
}

/** Computes the directions of a dataset that grows, each bar once. */
export interface DatasetFollower extends Disposable {
  follow(dataset: Dataset, options: FollowOptions): Promise<Followed>;
  /** The last direction of each symbol. */
  directions(): ReadonlyMap<string, number>;
  state(): WatchState;
}

const prices = ["open", "high", "low", "close"] as const;
const columns = ["timestamp", ...prices];
const noSums: readonly number[] = columns.map(() => 0);

/** The checksums of rows, continued by those of a block. */
function sumsOf(before: readonly number[], block: Block): readonly number[] {
  const arrays = [BigInt64Array.from(block.times()), ...prices.map((name) => Float64Array.from(block.values(name)))];
  return arrays.map(({ buffer }, i) => crc32(new Uint8Array(buffer), before[i]));
}

/** Whether a series still begins with the rows that were computed. */
function beginsWith(series: Series, { rows, sums }: FollowedSymbol): boolean {
  if (series.length < rows) return false;
  let found = noSums;
  for (const block of series.blocks({ columns, to: rows })) found = sumsOf(found, block);
  return found.every((sum, i) => sum === sums[i]);
}

/** Follows ATC. Starts from a state that a former follower left, or from nothing. The first rows give no event. */
export function createFollower(config: SignalConfig, from: WatchState | undefined): DatasetFollower {
  const streams = createStreams(config, { outputs: ["direction", "averageSignal"] });
  const known = new Map(from?.symbols);
  if (from !== undefined) streams.restore(from.snapshot);

  /** Computes the rows of a symbol that its stream lacks. */
  function advance(series: Series, isReplaced: boolean, events: DirectionEvent[]): void {
    const { symbol } = series;
    const before = known.get(symbol);
    const isKept = before !== undefined && !isReplaced;
    if (!isKept) {
      streams.add(symbol);
      streams.reset(symbol);
    }
    let { rows, sums } = isKept ? before : { rows: 0, sums: noSums };
    let lastTime = before?.lastTime ?? Number.NaN;
    let direction = before?.direction ?? 0;
    if (rows === series.length) return;
    for (const block of series.blocks({ columns, from: rows })) {
      const [open, high, low, close] = prices.map((name) => block.values(name));
      const found = streams.push(symbol, { open, high, low, close } as never);
      const times = block.times();
      for (let i = 0; i < block.length; i++) {
        const time = Number(times[i]);
        // Of rows that were replaced, only the last one and those after it can be news.
        if (time < lastTime) continue;
        const next = Number(found.direction[i]);
        lastTime = time;
        if (next === direction) continue;
        if (before !== undefined)
          events.push({
            symbol,
            time,
            direction: next,
            previous: direction,
            averageSignal: Number(found.averageSignal[i]),
            close: Number(close?.[i]),
          });
        direction = next;
      }
      rows += block.length;
      sums = sumsOf(sums, block);
    }
    known.set(symbol, { rows, lastTime, direction, sums });
  }

  return {
    async follow(dataset, { replaced, signal }) {
      const events: DirectionEvent[] = [];
      const failures: FollowFailure[] = [];
      const { pause } = createPacer({ signal });
      for (const symbol of dataset.symbols()) {
        await pause();
        const series = dataset.series(symbol);
        const before = known.get(symbol);
        const isReplaced =
          replaced === "all" ? before !== undefined && !beginsWith(series, before) : replaced.has(symbol);
        try {
          advance(series, isReplaced, events);
        } catch (error) {
          if (!isAtcError(error, "ATC_INVALID_DATA")) throw error;
          // Its stream may lack rows of this pass, so the next pass begins from scratch.
          if (before !== undefined) known.set(symbol, { ...before, rows: 0, sums: noSums });
          streams.reset(symbol);
          failures.push({ symbol, error });
        }
      }
      events.sort((a, b) => a.time - b.time || (a.symbol < b.symbol ? -1 : 1));
      return { events, failures, notes: [] };
    },
    directions: () => new Map(Array.from(known, ([symbol, { direction }]) => [symbol, direction])),
    state: () => ({ symbols: new Map(known), snapshot: streams.snapshot() }),
    [Symbol.dispose]: () => streams[Symbol.dispose](),
  };
}
