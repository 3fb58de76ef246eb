import type { OutputColumns, PriceColumns, SignalConfig } from "@atc/contract";
import type { SignalDiagnostics, SignalWarning } from "../base/diagnostics.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import type { DirectionChange, PriceBar } from "./signal-stream.ts";

/** Options of streams of many symbols besides the signal configuration. */
export interface StreamsOptions<Name extends SignalOutput = SignalOutput> {
  /** The outputs to compute for every symbol. Default: all. */
  readonly outputs?: readonly Name[] | undefined;
  /** Called as `onWarning` of one stream, with the symbol. */
  readonly onWarning?: ((symbol: string, warning: SignalWarning) => void) | undefined;
  /** Called as `onDirection` of one stream, with the symbol. */
  readonly onDirection?: ((symbol: string, change: DirectionChange) => void) | undefined;
}

/** The outputs of one bar. */
type Outputs<Name extends SignalOutput> = Readonly<Record<Name, number>>;

/**
 * The signals of many symbols with one configuration: a stream per symbol, each equal to one of `createStream` to the
 * last bit. Symbols may have different numbers of bars.
 *
 * A method that takes a symbol throws ATC_NOT_FOUND for one that was not added. Disposing frees the memory of all
 * streams; all other methods then throw ATC_CLOSED.
 */
export interface SignalStreams<Name extends SignalOutput = SignalOutput> extends Disposable {
  /** The configuration with defaults filled in. */
  readonly config: SignalConfig;
  /** The outputs computed for every symbol. */
  readonly outputs: readonly Name[];
  /** The symbols in the order in which they were added. */
  readonly symbols: readonly string[];
  /** Whether a symbol was added. */
  has(symbol: string): boolean;
  /**
   * Adds symbols without bars. Those that are there already stay as they are.
   *
   * @throws ATC_INVALID_ARGUMENT if a symbol is not a text of at least one character, before any is added
   */
  add(...symbols: readonly string[]): void;
  /** Removes a symbol and frees its memory. Returns whether it was there. */
  remove(symbol: string): boolean;
  /** Removes the bars of a symbol. */
  reset(symbol: string): void;
  /** Number of bars of a symbol. */
  position(symbol: string): number;
  /**
   * Computes the next bars of a symbol, such as its history.
   *
   * @throws as `push` of a stream, before any state changes
   */
  push(symbol: string, prices: PriceColumns): OutputColumns<Name>;
  /**
   * Computes the next bar of a symbol.
   *
   * @throws as `pushBar` of a stream, before any state changes
   */
  pushBar(symbol: string, bar: PriceBar): Outputs<Name>;
  /**
   * Replaces the last bar of a symbol.
   *
   * @throws as `replace` of a stream, before any state changes
   */
  replace(symbol: string, bar: PriceBar): Outputs<Name>;
  /**
   * Computes the next bar of several symbols. Returns their outputs in the given order.
   *
   * @throws ATC_NOT_FOUND, ATC_INVALID_DATA naming the symbol and the bar, or ATC_INVALID_ARGUMENT for a symbol that is
   * given twice; all before the state of any symbol changes
   */
  pushBars(bars: Iterable<readonly [symbol: string, bar: PriceBar]>): ReadonlyMap<string, Outputs<Name>>;
  /**
   * Replaces the last bar of several symbols.
   *
   * @throws as `pushBars`; ATC_INVALID_ARGUMENT for a symbol without bars; all before the state of any symbol changes
   */
  replaceBars(bars: Iterable<readonly [symbol: string, bar: PriceBar]>): ReadonlyMap<string, Outputs<Name>>;
  /** The outputs of a symbol's last bar; undefined before its first. */
  last(symbol: string): Outputs<Name> | undefined;
  /** The outputs of the last bar of every symbol that has one. */
  all(): ReadonlyMap<string, Outputs<Name>>;
  /** The diagnostics of a symbol's bars so far. */
  diagnostics(symbol: string): SignalDiagnostics;
  /**
   * The states of all symbols in one piece, which any process can continue from. `docs/format.md` describes the bytes.
   *
   * @throws ATC_INVALID_ARGUMENT if it would have 2^32 bytes or more
   */
  snapshot(): Uint8Array;
  /**
   * Continues from a snapshot: its symbols replace the current ones. The last bar of each can be replaced.
   *
   * @throws as `restore` of a stream, naming the symbol, before the state of any symbol changes
   */
  restore(snapshot: Uint8Array): void;
}
