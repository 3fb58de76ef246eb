import type { PriceColumns, SignalConfig } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { SignalOutput } from "../base/signal-output.ts";
import { createSharedRows } from "../graph/block-rows.ts";
import { directionStride, windowLength } from "../graph/graph-engine.ts";
import type { GraphKernel } from "../graph/graph-kernel.ts";
import type { ManyKernel } from "../graph/many-kernel.ts";
import type { GraphPlan } from "../graph/plan-graph.ts";
import type { CheckedPrices } from "../stream/price-check.ts";
import { describePlan, type SignalGraphDescription } from "./describe-plan.ts";
import { type CopyRows, createRowCopies, type DirectionMatrix, isWhole } from "./direction-matrix.ts";
import { createKernels, type KernelsOptions, planKernels } from "./plan-kernels.ts";
import { type RereadPrices, rereadColumns } from "./reread-column.ts";
import { checkSources } from "./source-check.ts";
import { validateAll } from "./validate-all.ts";

/** Options of {@link createSignalGraph}. */
export interface SignalGraphOptions {
  /** Number of series, each with bars and state of its own. Default: 1. */
  readonly symbols?: number | undefined;
  /**
   * Returns `count` bars of a symbol from bar `from` on, which were pushed before. With it, configurations of several
   * base lengths share averages of equal lengths. The last bits of such averages differ. If that may matter for a
   * configuration, because a close is within rounding of a tie, its bars are computed again from the first on.
   * Default: none, and averages are shared by equal base lengths only.
   */
  readonly reread?: ((from: number, count: number, symbol: number) => PriceColumns) | undefined;
  /**
   * The most bars of {@link DirectionRows} and of a call of `advance`, a multiple of 64. A graph takes a byte per
   * configuration and bar of them. Default: 1024.
   */
  readonly window?: number | undefined;
}

/** The directions of all configurations at consecutive bars. */
export interface DirectionRows {
  /** Absolute index of the first bar. */
  readonly from: number;
  /** Number of bars, 1 to those of a window. */
  readonly count: number;
  /**
   * By configuration, the directions (-1, 0 or 1) of the bars, at indices 0 to `count` (exclusive). All arrays are
   * longer, and the next call overwrites them.
   */
  readonly directions: readonly Int8Array[];
}

/**
 * The directions of many configurations over the same bars, from averages, votes and equities that each are computed
 * once for all configurations that need them. Memory does not grow with the number of bars.
 */
export interface SignalGraph extends Disposable {
  /** The configurations in the given order, with defaults filled in. */
  readonly configs: readonly SignalConfig[];
  /** Number of symbols. */
  readonly symbols: number;
  /** Bars of a symbol pushed so far. */
  position(symbol?: number): number;
  /**
   * Computes the directions at the next bars of a symbol (default: 0) and passes them to `onRows`, up to a window of
   * bars at a time.
   *
   * @throws ATC_INVALID_DATA naming the bar, before any state changes; ATC_INVALID_ARGUMENT for a symbol that does not
   * exist; ATC_CLOSED after the graph was disposed of, or for a symbol of which an earlier push threw while it
   * computed; what `onRows` and `reread` throw
   */
  push(prices: PriceColumns, onRows: (rows: DirectionRows) => void, symbol?: number): void;
  /**
   * Like `push`, with at most a window of bars. It returns their directions: the first ones of the rows of a matrix,
   * which is valid until the next call of a method of any graph. Mostly that is the memory in which they were computed.
   *
   * @throws as `push`; ATC_INVALID_ARGUMENT, before any state changes, for more bars
   */
  advance(prices: PriceColumns, symbol?: number): DirectionMatrix;
  /** What is computed, and how often. */
  describe(): SignalGraphDescription;
}

/** The most bars of a window. */
const longestWindow = 4096;

/** A kernel that writes directions to rows of its own, or delivers them block by block. */
function isGraph(kernel: ManyKernel): kernel is GraphKernel {
  return "advanceRows" in kernel;
}

/** The kernels of a symbol. */
interface Series {
  readonly kernels: readonly ManyKernel[];
  /** What copies the rows of each kernel that has rows. */
  readonly copies: ReadonlyMap<ManyKernel, CopyRows>;
  /** The kernel whose rows are those of all configurations, if there is one. */
  readonly whole: GraphKernel | undefined;
  position: number;
  /** Whether a push threw between two bars. */
  isBroken: boolean;
}

const directionOnly: ReadonlySet<SignalOutput> = new Set(["direction"]);

function checkOptions(symbols: number, window: number): void {
  if (!Number.isInteger(symbols) || symbols < 1) {
    const message = `the number of symbols is ${symbols}; give an integer of 1 or more`;
    throw new AtcError("ATC_INVALID_ARGUMENT", message, { details: { symbols } });
  }
  if (Number.isInteger(window / 64) && window >= 64 && window <= longestWindow) return;
  const message = `the window is ${window}; give a multiple of 64, 64 to ${longestWindow}`;
  throw new AtcError("ATC_INVALID_ARGUMENT", message, { details: { window } });
}

/**
 * Creates a graph of the nodes that configurations share: averages with their votes, layer-1 equities and signals,
 * layer-2 equities, and a direction per configuration. The directions of each are bit-identical to those of
 * `createStream`.
 *
 * @throws ATC_INVALID_CONFIG as `validateSignalConfig`, with the index of the configuration in `details.config`;
 * ATC_INVALID_ARGUMENT for a number of symbols below 1 or a wrong window
 */
export function createSignalGraph(
  configs: readonly Partial<SignalConfig>[],
  options: SignalGraphOptions = {},
): SignalGraph {
  const { symbols = 1, reread, window = windowLength } = options;
  checkOptions(symbols, window);
  const whole = validateAll(configs);
  const plan = planKernels(whole, directionOnly, { ladders: reread !== undefined, window });
  const stride = directionStride(window);
  let own: Int8Array | undefined;
  let rows: readonly Int8Array[] | undefined;
  const series: (Series | undefined)[] = [];
  let closed = false;

  const shared = new Map(plan.graphs.map((graph) => [graph, createSharedRows()]));

  function optionsOf(symbol: number): KernelsOptions {
    const options = { tallies: false, window, sharedRows: (graph: GraphPlan) => shared.get(graph) };
    if (reread === undefined) return options;
    const prices: RereadPrices = (from, count) => reread(from, count, symbol);
    return { ...options, reread: (config) => rereadColumns(prices, config) };
  }

  function createSeries(symbol: number): Series {
    const kernels = createKernels(plan, directionOnly, optionsOf(symbol));
    const graphs = kernels.filter(isGraph);
    return {
      kernels,
      copies: new Map(graphs.map((kernel) => [kernel, createRowCopies(kernel)])),
      whole: graphs.find((kernel) => isWhole(kernel, configs.length)),
      position: 0,
      isBroken: false,
    };
  }

  function seriesOf(symbol: number): Series {
    if (closed) throw new AtcError("ATC_CLOSED", "the graph of signals was disposed of; create another");
    if (!Number.isInteger(symbol) || symbol < 0 || symbol >= symbols) {
      const message = `there is no symbol ${symbol}; give an integer of 0 to ${symbols - 1}`;
      throw new AtcError("ATC_INVALID_ARGUMENT", message, { details: { symbol, symbols } });
    }
    series[symbol] ??= createSeries(symbol);
    const one = series[symbol];
    if (!one.isBroken) return one;
    const message = `an earlier push of symbol ${symbol} threw, so its state is unknown; create another graph`;
    throw new AtcError("ATC_CLOSED", message, { details: { symbol } });
  }

  /** The matrix for directions that are not in the rows of one kernel, or that the caller may keep for longer. */
  function matrix(): DirectionMatrix {
    own ??= new Int8Array(whole.length * stride);
    return { values: own, stride };
  }

  /** Computes bars `from` to `end` (exclusive), at most a window. A kernel without rows writes to the matrix. */
  function compute(kernel: ManyKernel, { close, source }: CheckedPrices, from: number, end: number): void {
    for (let at = from; at < end; at += kernel.blockLength) {
      const count = Math.min(kernel.blockLength, end - at);
      if (isGraph(kernel)) {
        kernel.advanceRows(close, source, at, count, at - from);
        continue;
      }
      const { values } = matrix();
      kernel.advance(close, source, at, count, ({ index }, { direction }) => {
        values.set((direction as Int8Array | Float64Array).subarray(0, count), index * stride + at - from);
      });
    }
  }

  /** Computes the next bars of a symbol in windows, and calls `done` after each. */
  function advanceAll(
    prices: PriceColumns,
    symbol: number,
    done: (series: Series, from: number, count: number) => void,
  ): void {
    const one = seriesOf(symbol);
    const checked = checkSources(one.kernels, prices, one.position);
    const { length } = prices.close;
    const first = one.position;
    one.position += length;
    one.isBroken = true;
    for (let from = 0; from < length; from += window) {
      const end = Math.min(from + window, length);
      for (const [kernel, columns] of checked) compute(kernel, columns, from, end);
      done(one, first + from, end - from);
    }
    one.isBroken = false;
  }

  /** Completes the matrix. */
  function gather({ copies }: Series, count: number): DirectionMatrix {
    const all = matrix();
    for (const copy of copies.values()) copy(all, count);
    return all;
  }

  return {
    configs: whole,
    symbols,
    position: (symbol = 0) => series[symbol]?.position ?? 0,
    push(prices, onRows, symbol = 0) {
      const { values } = matrix();
      rows ??= whole.map((_, index) => values.subarray(index * stride, (index + 1) * stride));
      const directions = rows;
      advanceAll(prices, symbol, (one, from, count) => {
        gather(one, count);
        onRows({ from, count, directions });
      });
    },
    advance(prices, symbol = 0) {
      const { length } = prices.close;
      if (length > window) {
        const message = `${length} bars were given, and the window has ${window}; advance by fewer bars, or create the graph with a longer window`;
        throw new AtcError("ATC_INVALID_ARGUMENT", message, { details: { bars: length, window } });
      }
      let result: DirectionMatrix | undefined;
      advanceAll(prices, symbol, (one, _, count) => {
        result = one.whole === undefined ? gather(one, count) : { values: one.whole.directionRows(), stride };
      });
      // Without bars, there are no directions.
      return result ?? matrix();
    },
    describe: () => describePlan(plan, directionOnly, window),
    [Symbol.dispose]() {
      closed = true;
      for (const one of series) for (const kernel of one?.kernels ?? []) kernel[Symbol.dispose]();
    },
  };
}
