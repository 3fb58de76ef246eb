import type { Period } from "@atc/backtest";
import { isoTime, outsidePeriod, periodRows, periodStart } from "@atc/backtest";
import type { AtcConfig } from "@atc/config";
import type { AverageKind, Series, SignalConfig } from "@atc/contract";
import { AtcError, averageKinds } from "@atc/contract";
import { createStream, longestWarmup, type SignalOutput } from "@atc/signals";
import { priceBlocks } from "./price-series.ts";
import { outputMemory, type SignalBlock, signalBlocks } from "./signal-blocks.ts";

/** One kind of average at the last bar. */
export interface KindState {
  /** The kind. */
  readonly kind: AverageKind;
  /** Its layer-1 signal, -1 to 1; null if it has none yet. */
  readonly signal: number | null;
  /** Its share of the weights of all kinds, 0 to 1; null before the cutout. */
  readonly weight: number | null;
  /**
   * What it adds to the average signal: `weight` with the sign of its signal, or 0 if the signal is within the
   * thresholds. Under `strategyMode` the average signal is that of one bar earlier.
   */
  readonly part: number;
}

/** The signals of one symbol at its last bar. */
export interface SymbolState {
  /** The symbol. */
  readonly symbol: string;
  /** Number of bars that the signals saw. */
  readonly bars: number;
  /** Time of the last bar, ISO 8601. */
  readonly time: string;
  /** Close of the last bar. */
  readonly close: number;
  /** -1 to 1; null if there is none yet. */
  readonly averageSignal: number | null;
  /** -1 short, 0 none yet, 1 long. */
  readonly direction: number;
  /** Time of the bar at whose close the direction was taken, ISO 8601; null without a direction. */
  readonly since: string | null;
  /** The kinds that push the average signal to its side, the strongest first. */
  readonly strongest: readonly AverageKind[];
  /** Every kind, in canonical order. */
  readonly kinds: readonly KindState[];
  /** Warnings for a trader, one sentence each. */
  readonly warnings: readonly string[];
}

/** What the states of symbols are computed from. */
export interface StateRequest {
  /** The configuration of the signals. */
  readonly signals: SignalConfig;
  readonly invalidPrices: AtcConfig["invalidPrices"];
  /** The most bars per symbol, counted from the last one; undefined for all. */
  readonly limit: number | undefined;
  /** The last bar of each symbol is the last one within it; undefined for the end. */
  readonly period: Period | undefined;
}

const outputs: readonly SignalOutput[] = [
  ...averageKinds.map((kind): SignalOutput => `${kind}Signal`),
  ...averageKinds.map((kind): SignalOutput => `${kind}Equity`),
  "averageSignal",
  "direction",
];

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** The signal of a kind as the average counts it: 1, -1, or 0 within the thresholds. */
function cut(signal: number, { dialect, longThreshold, shortThreshold }: SignalConfig): number {
  const [long, short] = dialect === "lts" ? [longThreshold, shortThreshold] : [0.49, -0.49];
  return signal > long ? 1 : signal < short ? -1 : 0;
}

type LastValues = Readonly<Record<string, number>>;

function kindStates(last: LastValues, config: SignalConfig): readonly KindState[] {
  const equities = averageKinds.map((kind) => last[`${kind}Equity`] ?? Number.NaN);
  const total = equities.reduce((sum, equity) => sum + equity, 0);
  return averageKinds.map((kind, i) => {
    const signal = last[`${kind}Signal`] ?? Number.NaN;
    const weight = finite((equities[i] ?? Number.NaN) / total);
    return { kind, signal: finite(signal), weight, part: (weight ?? 0) * cut(signal, config) + 0 };
  });
}

function strongestOf(kinds: readonly KindState[], averageSignal: number): readonly AverageKind[] {
  const side = Math.sign(averageSignal);
  return kinds
    .filter(({ part }) => part * side > 0)
    .toSorted((a, b) => Math.abs(b.part) - Math.abs(a.part))
    .map(({ kind }) => kind);
}

/** Follows the direction from block to block. */
function createDirectionFollower(): { push(block: SignalBlock): void; readonly since: bigint | undefined } {
  let direction = 0;
  let since: bigint | undefined;
  return {
    push({ length, prices, columns }) {
      const directions = columns["direction"] as Int8Array;
      const last = directions[length - 1] ?? 0;
      let first = length - 1;
      while (first > 0 && directions[first - 1] === last) first--;
      if (first > 0 || last !== direction) since = prices.times[first];
      direction = last;
    },
    get since() {
      return direction === 0 ? undefined : since;
    },
  };
}

function refuse(symbol: string, what: string): AtcError {
  return new AtcError("ATC_INVALID_DATA", `symbol "${symbol}" ${what}`, { details: { symbol } });
}

/** The ATC_INVALID_DATA of a symbol whose bars, in the time that is asked for, all have invalid prices. */
export function noValidBar(symbol: string): AtcError {
  return refuse(symbol, "has no valid bar in that time: every price is missing, zero or negative; correct the data");
}

/** The ATC_INVALID_DATA of a symbol whose bars are all within the cutout. */
export function withinCutout(symbol: string, bars: number, cutout: number): AtcError {
  return refuse(symbol, `has ${bars} bars, all of them within the cutout of "${cutout}"; set a smaller cutout`);
}

/** Makes a function that computes the state of one symbol after another, with the same memory. */
export function createStates(request: StateRequest): (series: Series) => Generator<number, SymbolState, void> {
  const { signals, invalidPrices, limit, period } = request;
  const { cutout, calculationSource } = signals;
  const memory = outputMemory(outputs, signals);
  const warmup = longestWarmup(signals);

  /** Yields the number of finished bars after every block. Throws ATC_INVALID_DATA if the symbol has no state. */
  return function* stateSteps(series) {
    const { symbol } = series;
    const rows = periodRows(series, { limit, period });
    if (rows.curveBars === 0) throw outsidePeriod(series, { limit, period });
    const unit = series.columns[0]?.type === "timestamp[ns]" ? "ns" : "ms";
    using stream = createStream(signals, { outputs });
    const follower = createDirectionFollower();
    const last: Record<string, number> = {};
    let bars = 0;
    let time = 0n;
    let close = Number.NaN;
    const prices = priceBlocks(series, { calculationSource, invalidPrices }, rows);
    for (const block of signalBlocks(stream, prices, memory)) {
      const end = block.length - 1;
      follower.push(block);
      time = block.prices.times[end] ?? 0n;
      close = block.prices.close[end] ?? Number.NaN;
      for (const output of outputs) last[output] = block.columns[output]?.[end] ?? Number.NaN;
      bars += block.length;
      yield bars;
    }
    if (bars === 0 || time < (periodStart(period, unit) ?? time)) throw noValidBar(symbol);
    if (bars <= cutout) throw withinCutout(symbol, bars, cutout);
    const averageSignal = last["averageSignal"] ?? Number.NaN;
    const kinds = kindStates(last, signals);
    const few = bars < warmup ? [`${bars} bars are fewer than the ${warmup} bars that the longest average needs`] : [];
    const { since } = follower;
    return {
      symbol,
      bars,
      time: isoTime(time, unit),
      close,
      averageSignal: finite(averageSignal),
      direction: last["direction"] ?? 0,
      since: since === undefined ? null : isoTime(since, unit),
      strongest: strongestOf(kinds, averageSignal),
      kinds,
      warnings: [...few, ...stream.diagnostics().warnings.map(({ message }) => message)],
    };
  };
}
