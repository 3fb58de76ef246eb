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

/** What happens where bars are missing: an error before the host runs, the close before it without volume, or frames that leave the gaps out. */
export type GapPolicy = "error" | "forward-fill" | "skip";

/** What {@link createAtcPlugin} works on. */
export interface AtcPluginOptions {
  /** Bars of one minute, or of a part that divides it; must stay open while the host runs. */
  readonly dataset: Dataset;
  /** The symbols served; all of the dataset where absent. Each is read once at the start. */
  readonly symbols?: readonly string[];
  /** First bar served, in ms since the epoch, inclusive; each symbol's first where absent. */
  readonly from?: number;
  /** Last time served, in ms since the epoch, exclusive; the end of each symbol's last bar where absent. */
  readonly to?: number;
  /** What happens where bars are missing; `error` where absent. */
  readonly gaps?: GapPolicy;
  /** Members of the signals' configuration that differ from the defaults. */
  readonly signals?: Partial<SignalConfig>;
  /** The exchange's name in the host; `atc` where absent. */
  readonly exchangeName?: string;
  /** The candle adapter of other exchanges, such as the host's own `PersistCandleInstance`; where absent, they are asked each time and nothing is kept. */
  readonly fallbackAdapter?: CandleAdapterConstructor;
}

/** What is installed in the host. */
export interface AtcPlugin {
  /** The exchange's name in the host. */
  readonly exchangeName: string;
  /** The symbols served, in the dataset's order. */
  readonly symbols: readonly string[];
  /** What the preflight found, by symbol. */
  readonly reports: ReadonlyMap<string, GapReport>;
  /**
   * Registers the time that the bars of the symbols cover: one frame, or with the policy `skip` one for each stretch without a gap, oldest first. A position
   * is closed at the end of its frame.
   *
   * @throws ATC_NOT_FOUND for a symbol that is not served; ATC_INVALID_DATA where no stretch is long enough
   */
  addFrames(options: FrameOptions): readonly RegisteredFrame[];
  /**
   * Registers a strategy that is long while the ATC direction of the last closed bar is +1, short while it is -1, and closes when it flips.
   *
   * @throws ATC_INVALID_CONFIG or ATC_INVALID_ARGUMENT for options that the signals or the host would refuse
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
    `symbol "${symbol}" lacks ${missingBars} of ${expectedBars} bars in ${gaps.length} gaps: ${listed}${rest}; the host ends the process at a missing minute: set gaps to "forward-fill" or "skip", or complete the data`,
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
    `symbol "${symbol}" has ${faultCount} faults that the host refuses: ${listed}; repair these bars, or choose another range`,
    { details: { symbol, faultCount, faults: faults.slice(0, listedGaps).map((fault) => ({ ...fault })) } },
  );
}

function loadFeeds(options: AtcPluginOptions): Feeds {
  const { dataset, symbols = dataset.symbols(), gaps = "error" } = options;
  if (symbols.length === 0)
    throw new AtcError("ATC_INVALID_ARGUMENT", "there are no symbols to serve; name at least one");
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
    throw new AtcError("ATC_INVALID_ARGUMENT", `gaps is "${gaps}"; give one of ${policies.join(", ")}`);
  if (exchangeName === "" || isServed(host, exchangeName))
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `exchangeName is "${exchangeName}", ${exchangeName === "" ? "which is empty" : "which this host has already"}; give another`,
    );
}

/**
 * Serves a dataset and its ATC signals to backtest-kit, whose module is handed in. All bars are checked before the host is touched; then the candle adapter
 * and the exchange are installed, the lifetime of positions is unbounded and reports are enabled, all of which holds for the whole process.
 *
 * @param host - the module: `import * as host from "backtest-kit"`
 * @throws ATC_UNSUPPORTED where the host lacks a member or the dataset holds ticks; ATC_INVALID_DATA where bars are missing (by the policy) or faulty, with
 * the first five and their times; ATC_NOT_FOUND for an unknown symbol; ATC_INVALID_CONFIG for the signals' configuration; ATC_INVALID_ARGUMENT
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
