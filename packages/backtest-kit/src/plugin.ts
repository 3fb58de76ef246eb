import { AtcError, type Dataset, type SignalConfig } from "@atc/contract";
import { validateSignalConfig } from "@atc/signals";
import { type Feeds, feedOf, isServed, serveCandles } from "./candle-adapter.ts";
import { createFeed } from "./candle-feed.ts";
import { intervalMs } from "./candle-interval.ts";
import { checkCutout, type DirectionTrack, trackDirection } from "./direction-track.ts";
import { type FrameOptions, type RegisteredFrame, registerFrames } from "./frames.ts";
import type { GapReport } from "./gap-report.ts";
import type { BacktestKitHost, CandleAdapterConstructor } from "./host.ts";
import { checkHost } from "./host-check.ts";
import { preflight, timeRange } from "./preflight.ts";
import { baseInterval, isoOf } from "./series-time.ts";
import { type AtcStrategy, type AtcStrategyOptions, registerStrategy } from "./strategy.ts";

/**
 * How missing bars are handled: an error before the host runs; the close before them, with volume 0; or frames that
 * skip the gaps.
 */
export type GapPolicy = "error" | "forward-fill" | "skip";

/** Options of {@link createAtcPlugin}. */
export interface AtcPluginOptions {
  /** Bars of one minute, or of a fraction that divides it. Must stay open while the host runs. */
  readonly dataset: Dataset;
  /** The symbols to serve. Default: all symbols of the dataset. Each is read once at the start. */
  readonly symbols?: readonly string[];
  /** First bar to serve, in ms since the epoch, inclusive. Default: the first bar of each symbol. */
  readonly from?: number;
  /** Last time to serve, in ms since the epoch, exclusive. Default: the end of the last bar of each symbol. */
  readonly to?: number;
  /** How missing bars are handled. Default: `error`. */
  readonly gaps?: GapPolicy;
  /** Members of the signal configuration that differ from the defaults. */
  readonly signals?: Partial<SignalConfig>;
  /** The exchange's name in the host. Default: `atc`. */
  readonly exchangeName?: string;
  /**
   * The candle adapter for other exchanges, such as the host's own `PersistCandleInstance`. Default: none; they are
   * asked each time and nothing is stored.
   */
  readonly fallbackAdapter?: CandleAdapterConstructor;
}

/** A plugin that is installed in a host. */
export interface AtcPlugin {
  /** The exchange's name in the host. */
  readonly exchangeName: string;
  /** The symbols served, in the dataset's order. */
  readonly symbols: readonly string[];
  /** The result of the preflight, by symbol. */
  readonly reports: ReadonlyMap<string, GapReport>;
  /**
   * Registers the time that the bars of the symbols cover: one frame, or with the policy `skip` one for each run
   * without a gap, oldest first. A position is closed at the end of its frame.
   *
   * @throws ATC_NOT_FOUND for a symbol that is not served; ATC_INVALID_DATA if no run of bars is long enough
   */
  addFrames(options: FrameOptions): readonly RegisteredFrame[];
  /**
   * Registers a strategy that is long while the ATC direction of the last closed bar is +1, short while it is -1, and
   * closes when it flips.
   *
   * @throws ATC_INVALID_CONFIG or ATC_INVALID_ARGUMENT for options that the signals or the host would reject
   */
  strategy(options: AtcStrategyOptions): AtcStrategy;
}

const listedGaps = 5;

function gapError(report: GapReport): AtcError {
  const { symbol, gaps, missingBars, expectedBars } = report;
  const listed = gaps
    .slice(0, listedGaps)
    .map(({ from, bars }) => `${isoOf(from)} (${bars})`)
    .join(", ");
  const rest = gaps.length > listedGaps ? " and others" : "";
  return new AtcError(
    "ATC_INVALID_DATA",
    `symbol "${symbol}" lacks ${missingBars} of ${expectedBars} bars in ${gaps.length} gaps: ${listed}${rest}; the host ends the process at a missing minute; set gaps to "forward-fill" or "skip", or complete the data`,
    { details: { symbol, missingBars, gaps: gaps.slice(0, listedGaps).map((gap) => ({ ...gap })) } },
  );
}

function faultError(report: GapReport): AtcError {
  const { symbol, faults, faultCount } = report;
  const listed = faults
    .slice(0, listedGaps)
    .map(({ row, time, what }) => `row ${row} (${isoOf(time)}): ${what}`)
    .join("; ");
  return new AtcError(
    "ATC_INVALID_DATA",
    `symbol "${symbol}" has ${faultCount} faults that the host rejects: ${listed}; repair these bars or choose another range`,
    { details: { symbol, faultCount, faults: faults.slice(0, listedGaps).map((fault) => ({ ...fault })) } },
  );
}

function loadFeeds(options: AtcPluginOptions): Feeds {
  const { dataset, symbols = dataset.symbols(), gaps = "error" } = options;
  if (symbols.length === 0) throw new AtcError("ATC_INVALID_ARGUMENT", "symbols is empty; name at least one symbol");
  const feeds = new Map(
    symbols.map((symbol) => {
      const series = dataset.series(symbol);
      const step = baseInterval(series);
      const range = timeRange(series, step);
      return [symbol, createFeed(series, preflight(series, options.from ?? range.from, options.to ?? range.to, step))];
    }),
  );
  for (const { report } of feeds.values()) {
    if (report.faultCount > 0) throw faultError(report);
    if (report.presentBars === 0 || (gaps === "error" && report.gaps.length > 0)) throw gapError(report);
  }
  return feeds;
}

function checkOptions(host: BacktestKitHost, { gaps = "error", exchangeName = "atc" }: AtcPluginOptions): void {
  checkHost(host);
  const policies: readonly GapPolicy[] = ["error", "forward-fill", "skip"];
  if (!policies.includes(gaps))
    throw new AtcError("ATC_INVALID_ARGUMENT", `gaps is "${gaps}"; use one of ${policies.join(", ")}`);
  if (exchangeName === "" || isServed(host, exchangeName))
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `exchangeName is "${exchangeName}", ${exchangeName === "" ? "which is empty" : "which this host already has"}; use another name`,
    );
}

/**
 * Serves a dataset and its ATC signals to backtest-kit. First checks all bars. Then installs the candle adapter and the
 * exchange, makes the lifetime of positions unlimited and enables reports; all of this applies to the whole process.
 *
 * @param host - the module: `import * as host from "backtest-kit"`
 * @throws ATC_UNSUPPORTED if the host lacks a member or the dataset contains ticks; ATC_INVALID_DATA if bars are
 * missing (depending on the policy) or faulty, with the first five and their times; ATC_NOT_FOUND for an unknown
 * symbol; ATC_INVALID_CONFIG for an invalid signal configuration; ATC_INVALID_ARGUMENT for other invalid options
 */
export function createAtcPlugin(host: BacktestKitHost, options: AtcPluginOptions): AtcPlugin {
  checkOptions(host, options);
  const { dataset, gaps = "error", exchangeName = "atc" } = options;
  validateSignalConfig(options.signals ?? {});
  const feeds = loadFeeds(options);

  serveCandles(host, exchangeName, feeds, options.fallbackAdapter);
  host.addExchangeSchema({
    exchangeName,
    note: `dataset "${dataset.manifest.name}"`,
    getCandles: async (symbol, interval, since, limit) =>
      feedOf(feeds, symbol).candles(since.getTime(), limit, intervalMs(interval)),
  });
  host.setConfig({ CC_MAX_SIGNAL_LIFETIME_MINUTES: Number.POSITIVE_INFINITY });
  host.Markdown.enable();

  function strategy(strategyOptions: AtcStrategyOptions): AtcStrategy {
    const config = validateSignalConfig({ ...options.signals, ...strategyOptions.signals });
    const step = intervalMs(strategyOptions.interval ?? "1h");
    for (const { report } of feeds.values()) checkCutout(report, step, config.cutout);
    const tracks = new Map<string, DirectionTrack>();
    const trackOf = (symbol: string): DirectionTrack => {
      const known = tracks.get(symbol);
      if (known !== undefined) return known;
      const track = trackDirection(dataset.series(symbol), feedOf(feeds, symbol).report, step, config);
      tracks.set(symbol, track);
      return track;
    };
    return registerStrategy(host, trackOf, strategyOptions);
  }

  return {
    exchangeName,
    symbols: [...feeds.keys()],
    reports: new Map([...feeds].map(([symbol, { report }]) => [symbol, report])),
    addFrames: (frames) => registerFrames(host, feeds, gaps === "skip", frames),
    strategy,
  };
}
