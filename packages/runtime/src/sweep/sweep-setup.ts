import { checkPeriod, type MetricName, type Period, periodRows } from "@atc/backtest";
import type { AtcConfig } from "@atc/config";
import { AtcError, type Dataset, type Executor, type Strategy } from "@atc/contract";
import {
  createSampler,
  createSpace,
  type Objective,
  parseObjective,
  parseRequirements,
  type Requirements,
  type Sampler,
  type Space,
  type SweepDefinition,
  sweepMetrics,
} from "@atc/sweep";
import { runtimeFor } from "../backtest/runtime-for.ts";
import { isStrategyPath } from "../backtest/strategy-place.ts";
import { chosenSymbols } from "../data/chosen-symbols.ts";
import { type DataOptions, type OpenedData, openData } from "../data/open-data.ts";
import type { ReturnSource } from "../validate/collect-returns.ts";
import { backtestPart, signalPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { checkBase } from "./check-base.ts";
import { returnRunner } from "./return-runner.ts";
import { storedMetrics } from "./sweep-metrics.ts";
import { type SweepStrategy, sweepStrategy } from "./sweep-strategy.ts";
import { type UnitRunner, unitRunner } from "./unit-runner.ts";

/** What a sweep is about. */
export interface SweepSetupOptions extends DataOptions {
  /** What is searched, and what is maximised. */
  readonly definition: SweepDefinition;
  /** Default: all symbols. */
  readonly symbols?: readonly string[];
  /** The time in which accounts trade. Default: all bars. */
  readonly period?: Period;
  /** A strategy in code, whose parameters are swept on this thread. Default: the configured strategy. */
  readonly strategy?: Strategy;
  /** Whether each symbol has rows of its own. Default: false. */
  readonly bySymbol?: boolean;
}

/** A sweep whose data is open. Disposal closes it. */
export interface SweepSetup extends AsyncDisposable {
  /** The effective configuration, with the defaults of the strategy's scope. */
  readonly config: AtcConfig;
  readonly space: Space;
  readonly sampler: Sampler;
  readonly objective: Objective;
  readonly requirements: Requirements | undefined;
  readonly strategy: SweepStrategy;
  readonly opened: OpenedData;
  /** The data as it was named. */
  readonly path: string;
  readonly dataset: Dataset;
  /** The symbols, sorted. */
  readonly symbols: readonly string[];
  /** Rows of all symbols. */
  readonly rows: number;
  readonly period: Period | undefined;
  /** The metrics of the table. */
  readonly metrics: readonly MetricName[];
  /** The metrics that are computed. */
  readonly computed: readonly MetricName[];
  /** Whether the metrics of each symbol are computed. */
  readonly keepsSymbols: boolean;
  /** The keys that configurations differ in. */
  readonly varied: ReadonlySet<string>;
  readonly runner: UnitRunner;
  /** Computes the bar returns of configurations. */
  readonly returns: ReturnSource;
}

function periodOf({ period }: SweepSetupOptions): Period | undefined {
  if (period?.from === undefined && period?.to === undefined) return undefined;
  checkPeriod(period);
  return period;
}

function spaceOf({ config }: Runtime, definition: SweepDefinition, strategy: SweepStrategy): Space {
  return createSpace(definition, {
    strategy: strategy.traits,
    base: { ...signalPart(config), ...backtestPart(config) },
    parameters: config.parameters,
  });
}

/** The symbols of a sweep, sorted, and the number of their rows. */
function readSymbols(
  { config: { limit } }: Runtime,
  dataset: Dataset,
  wanted: readonly string[] | undefined,
  period: Period | undefined,
): Pick<SweepSetup, "symbols" | "rows"> {
  const symbols = chosenSymbols(dataset, wanted);
  if (symbols.length === 0)
    throw new AtcError("ATC_INVALID_DATA", "the data has no symbols, so there is nothing to sweep");
  const rows = symbols.reduce((sum, symbol) => {
    const { start, to } = periodRows(dataset.series(symbol), { limit, period });
    return sum + to - start;
  }, 0);
  return { symbols, rows };
}

/** What the metrics to compute depend on. */
type ComputedMetricsOptions = Pick<SweepSetup, "metrics" | "objective" | "requirements">;

/** Evaluations that are assumed if only the end of the search shows their number. */
const unknownEvaluations = 1000;

/**
 * Checks the definition of a sweep, opens its data and prepares its threads.
 *
 * @param computedOf - gives the metrics to compute. Default: those that every sweep stores
 * @throws what `openData` throws; ATC_INVALID_CONFIG and ATC_INVALID_ARGUMENT for the definition; ATC_NOT_FOUND for a
 * symbol
 */
export async function openSweep(
  given: Runtime,
  data: string | undefined,
  options: SweepSetupOptions,
  computedOf: (sweep: ComputedMetricsOptions) => readonly MetricName[] = ({ metrics }) => storedMetrics(metrics),
): Promise<SweepSetup> {
  const { definition, bySymbol = false } = options;
  const period = periodOf(options);
  const { objective: text, over, origins } = definition;
  const objective = parseObjective(text, origins?.["objective"]);
  const requirements = parseRequirements(definition);
  const metrics = sweepMetrics(definition, objective, requirements);
  await given.checkCodec();
  const strategy = await sweepStrategy(given, options);
  const runtime = runtimeFor(given, strategy);
  const owned: (AsyncDisposable | Disposable)[] = [strategy];
  /** Closes what was opened, the last first. */
  const close = async (): Promise<void> => {
    for (const one of owned.reverse())
      if (Symbol.asyncDispose in one) await one[Symbol.asyncDispose]();
      else one[Symbol.dispose]();
  };
  try {
    const space = spaceOf(runtime, definition, strategy);
    const sampler = createSampler(space, definition.sample);
    const opened = await openData(runtime, data, options);
    owned.push(opened);
    const { dataset, path = data ?? dataset.manifest.name } = opened;
    const { symbols, rows } = readSymbols(runtime, dataset, options.symbols, period);
    const varied = new Set(space.axes.flatMap(({ keys }) => keys));
    checkBase(backtestPart(runtime.config), strategy.on(dataset), dataset, varied);
    const computed = computedOf({ metrics, objective, requirements });
    const keepsSymbols = bySymbol || over !== undefined;
    // A module of the user's runs on its own threads, unless it is of a package that other machines have.
    const isOfPackage = strategy.own !== undefined && !isStrategyPath(strategy.own.module.label);
    const hasThreads = strategy.isPortable && (strategy.own === undefined || (isOfPackage && runtime.runsElsewhere));
    const bars = rows * (sampler.most ?? unknownEvaluations);
    const executor: Executor | undefined = hasThreads ? await runtime.executor(bars, "anywhere") : undefined;
    if (executor !== undefined) owned.push(executor);
    return {
      config: runtime.config,
      space,
      sampler,
      objective,
      requirements,
      strategy,
      opened,
      path,
      dataset,
      symbols,
      rows,
      period,
      metrics,
      computed,
      keepsSymbols,
      varied,
      returns: returnRunner(runtime, { dataset, strategy, symbols, period, executor }),
      runner: unitRunner(runtime, { dataset, strategy, symbols, metrics: computed, bySymbol: keepsSymbols, executor }),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
