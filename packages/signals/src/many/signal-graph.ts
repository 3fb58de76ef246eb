import type { PriceColumns, SignalConfig } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { SignalOutput } from "../base/signal-output.ts";
import { windowLength } from "../graph/graph-engine.ts";
import type { GraphKernel } from "../graph/graph-kernel.ts";
import type { ManyKernel } from "../graph/many-kernel.ts";
import type { CheckedPrices } from "../stream/price-check.ts";
import { describePlan, type SignalGraphDescription } from "./describe-plan.ts";
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
}

/** The directions of all configurations at consecutive bars. */
export interface DirectionRows {
  /** Absolute index of the first bar. */
  readonly from: number;
  /** Number of bars, 1 to 1,024. */
  readonly count: number;
  /**
   * By configuration, the directions (-1, 0 or 1) of the bars, at indices 0 to `count` (exclusive). All arrays are
   * longer, and the next call overwrites them.
   */
  readonly directions: readonly Int8Array[];
}

/** Rows of directions in one array: that of configuration `i` begins at `i * stride`. */
export interface DirectionMatrix {
  /** Holds a row of `stride` directions per configuration. */
  readonly values: Int8Array;
  /** Directions from a row to the next, at least the bars of a call. */
  readonly stride: number;
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
   * Computes the directions at the next bars of a symbol (default: 0) and passes them to `onRows`, up to 1,024 bars at
   * a time.
   *
   * @throws ATC_INVALID_DATA naming the bar, before any state changes; ATC_INVALID_ARGUMENT for a symbol that does not
   * exist; ATC_CLOSED after the graph was disposed of, or for a symbol of which an earlier push threw while it
   * computed; what `onRows` and `reread` throw
   */
  push(prices: PriceColumns, onRows: (rows: DirectionRows) => void, symbol?: number): void;
  /**
   * Like `push`, but writes the directions to the beginning of the rows of a matrix.
   *
   * @throws as `push`; ATC_INVALID_ARGUMENT, before any state changes, for a matrix that is too small
   */
  write(prices: PriceColumns, into: DirectionMatrix, symbol?: number): void;
  /** What is computed, and how often. */
  describe(): SignalGraphDescription;
}

/** A kernel that writes directions to rows of its own, or delivers them block by block. */
function isGraph(kernel: ManyKernel): kernel is GraphKernel {
  return "advanceRows" in kernel;
}

/** Receives directions of a configuration, at a place of their window. Valid during the call. */
type Take = (index: number, directions: Int8Array | Float64Array, at: number) => void;

interface Series {
  readonly kernels: readonly ManyKernel[];
  position: number;
  /** Whether a push threw between two bars. */
  isBroken: boolean;
}

const directionOnly: ReadonlySet<SignalOutput> = new Set(["direction"]);

/**
 * Creates a graph of the nodes that configurations share: averages with their votes, layer-1 equities and signals,
 * layer-2 equities, and a direction per configuration. The directions of each are bit-identical to those of
 * `createStream`.
 *
 * @throws ATC_INVALID_CONFIG as `validateSignalConfig`, with the index of the configuration in `details.config`;
 * ATC_INVALID_ARGUMENT for a number of symbols below 1
 */
export function createSignalGraph(
  configs: readonly Partial<SignalConfig>[],
  options: SignalGraphOptions = {},
): SignalGraph {
  const { symbols = 1, reread } = options;
  if (!Number.isInteger(symbols) || symbols < 1) {
    const message = `the number of symbols is ${symbols}; give an integer of 1 or more`;
    throw new AtcError("ATC_INVALID_ARGUMENT", message, { details: { symbols } });
  }
  const whole = validateAll(configs);
  const plan = planKernels(whole, directionOnly, { ladders: reread !== undefined });
  const rows = whole.map(() => new Int8Array(windowLength));
  const series: (Series | undefined)[] = [];
  let closed = false;

  function optionsOf(symbol: number): KernelsOptions | undefined {
    if (reread === undefined) return undefined;
    const prices: RereadPrices = (from, count) => reread(from, count, symbol);
    return { tallies: false, reread: (config) => rereadColumns(prices, config) };
  }

  function seriesOf(symbol: number): Series {
    if (closed) throw new AtcError("ATC_CLOSED", "the graph of signals was disposed of; create another");
    if (!Number.isInteger(symbol) || symbol < 0 || symbol >= symbols) {
      const message = `there is no symbol ${symbol}; give an integer of 0 to ${symbols - 1}`;
      throw new AtcError("ATC_INVALID_ARGUMENT", message, { details: { symbol, symbols } });
    }
    series[symbol] ??= { kernels: createKernels(plan, directionOnly, optionsOf(symbol)), position: 0, isBroken: false };
    const one = series[symbol];
    if (!one.isBroken) return one;
    const message = `an earlier push of symbol ${symbol} threw, so its state is unknown; create another graph`;
    throw new AtcError("ATC_CLOSED", message, { details: { symbol } });
  }

  /** Computes bars `from` to `end` (exclusive), at most a window, and hands out their directions. */
  function advance(
    kernel: ManyKernel,
    { close, source }: CheckedPrices,
    span: readonly [number, number],
    take: Take,
  ): void {
    const [from, end] = span;
    for (let at = from; at < end; at += kernel.blockLength) {
      const count = Math.min(kernel.blockLength, end - at);
      if (isGraph(kernel)) kernel.advanceRows(close, source, at, count, at - from);
      else {
        kernel.advance(close, source, at, count, ({ index }, { direction }) => {
          take(index, (direction as Int8Array | Float64Array).subarray(0, count), at - from);
        });
      }
    }
    if (isGraph(kernel)) {
      for (let member = 0; member < kernel.members.length; member++)
        take(kernel.members[member].index, kernel.directions(member, end - from), 0);
    }
  }

  /** Computes the next bars of a symbol in windows. `take` receives directions with the first bar of their window. */
  function advanceAll(
    prices: PriceColumns,
    symbol: number,
    { take, done }: { readonly take: (start: number) => Take; readonly done?: (from: number, count: number) => void },
  ): void {
    const one = seriesOf(symbol);
    const checked = checkSources(one.kernels, prices, one.position);
    const { length } = prices.close;
    const first = one.position;
    one.position += length;
    one.isBroken = true;
    for (let from = 0; from < length; from += windowLength) {
      const end = Math.min(from + windowLength, length);
      const taken = take(from);
      for (const [kernel, columns] of checked) advance(kernel, columns, [from, end], taken);
      done?.(first + from, end - from);
    }
    one.isBroken = false;
  }

  function fillRow(index: number, directions: Int8Array | Float64Array, at: number): void {
    rows[index].set(directions, at);
  }

  return {
    configs: whole,
    symbols,
    position: (symbol = 0) => series[symbol]?.position ?? 0,
    push(prices, onRows, symbol = 0) {
      advanceAll(prices, symbol, {
        take: () => fillRow,
        done: (from, count) => onRows({ from, count, directions: rows }),
      });
    },
    write(prices, { values, stride }, symbol = 0) {
      const { length } = prices.close;
      if (stride < length || values.length < stride * whole.length) {
        const message = `the matrix has ${values.length} directions in rows of ${stride}; it needs ${whole.length} rows of at least ${length}`;
        throw new AtcError("ATC_INVALID_ARGUMENT", message, { details: { stride, length: values.length } });
      }
      advanceAll(prices, symbol, {
        take: (start) => (index, directions, at) => values.set(directions, index * stride + start + at),
      });
    },
    describe: () => describePlan(plan, directionOnly),
    [Symbol.dispose]() {
      closed = true;
      for (const one of series) for (const kernel of one?.kernels ?? []) kernel[Symbol.dispose]();
    },
  };
}
