import type { AnyBoundStrategy, StrategyDescription } from "@atc/backtest";
import { AtcError, type Dataset, type Executor, type OperationOptions } from "@atc/contract";
import { readStrategyValues, strategyValues } from "@atc/plugin-kit";
import { builtInNamed, builtInStrategy } from "../compute/built-in-strategy.ts";
import type { WatchedModule } from "../compute/watched-module.ts";
import type { ReadingOptions } from "../data/open-source.ts";
import { type MemberFile, memberFile } from "../decisions/member-file.ts";
import { type SignalFile, signalFile } from "../decisions/signal-file.ts";
import { moduleFiles } from "../strategy/module-files.ts";
import type { StrategyModule } from "../strategy/strategy-module.ts";
import { moduleFault, runWatched } from "../strategy/strategy-watch.ts";
import { backtestPart, signalPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { strategyPlace } from "./strategy-place.ts";

/** A strategy of the user's, and the threads that run it. */
export interface OwnStrategy {
  readonly module: StrategyModule;
  readonly executor: Executor;
  /** Seconds until code that does not return is ended. */
  readonly deadline: number;
}

/** The strategy of a run. Disposal ends its threads. */
export interface ChosenStrategy extends AsyncDisposable {
  /** What runs on a dataset. That of the user's has no code here: it runs on threads. */
  on(dataset: Dataset): AnyBoundStrategy;
  /** What it sees at once. */
  readonly scope: "symbol" | "universe";
  /** The strategy of the user's; undefined for a built-in one and for one in code. */
  readonly own: OwnStrategy | undefined;
  /** Whether a thread can create it. */
  readonly isPortable: boolean;
  /** The file whose decisions replace those of a strategy. */
  readonly signals?: SignalFile | undefined;
  /** The times at which symbols open positions. Default: all. */
  readonly members?: MemberFile | undefined;
}

/** Finds and reads the code of a module; undefined for a built-in strategy. */
async function moduleOf(runtime: Runtime): Promise<StrategyModule | undefined> {
  const { parameters: values } = runtime.config;
  const place = await strategyPlace(runtime);
  if (place === undefined) return undefined;
  runtime.host.trust.check(place.file, "a strategy");
  const { files, digest } = moduleFiles(place.file);
  for (const file of files) runtime.host.trust.check(file, "a part of a strategy");
  return { ...place, digest, values };
}

const describeTask = { task: "@atc/runtime#describeStrategy", version: 1 };

async function describe(
  { module, executor, deadline }: OwnStrategy,
  signal: AbortSignal | undefined,
): Promise<StrategyDescription> {
  const outcome = await runWatched<WatchedModule, StrategyDescription>((watch) => ({ module, watch }), {
    executor,
    task: describeTask,
    deadline,
    signal,
  });
  if (outcome.kind === "done") return outcome.output;
  throw moduleFault(module.label, outcome.what, outcome.cause);
}

function ofCode(strategy: AnyBoundStrategy): ChosenStrategy {
  const { scope = "symbol" } = strategy;
  const dispose = (): Promise<void> => Promise.resolve();
  return { on: () => strategy, scope, own: undefined, isPortable: false, [Symbol.asyncDispose]: dispose };
}

function builtIn({ config }: Runtime): ChosenStrategy {
  const { strategy, parameters } = config;
  const parts = { strategy, parameters, signals: signalPart(config), config: backtestPart(config) };
  return {
    on: (dataset) => builtInStrategy(parts, dataset),
    scope: builtInNamed(strategy)?.scope ?? "symbol",
    own: undefined,
    isPortable: true,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** The decisions of a file, whose rows are read when the data is known. */
function ofFile(signals: SignalFile): ChosenStrategy {
  const on = (): never => {
    throw new AtcError("ATC_UNSUPPORTED", `the decisions of "${signals.label}" have not been read`);
  };
  return {
    on,
    scope: "symbol",
    own: undefined,
    isPortable: true,
    signals,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Throws for parameters of a built-in strategy before any data is read. */
function checkBuiltIn({ config: { strategy, parameters } }: Runtime): void {
  const found = builtInNamed(strategy);
  if (found !== undefined) strategyValues(found, readStrategyValues(found, parameters));
}

/** How a strategy is chosen. */
export interface ChooseOptions extends Pick<OperationOptions, "signal">, ReadingOptions {
  readonly strategy?: AnyBoundStrategy | undefined;
}

/**
 * The strategy of a run: that of the caller, a file of decisions, or the configured one. One of the user's is loaded
 * and described on a thread, so that neither its code nor its faults reach this one.
 *
 * @throws what `signalFile` and `memberFile` throw; ATC_NOT_FOUND for a module, a package or a name that does not
 * exist; ATC_INVALID_ARGUMENT for a module that is not a strategy; ATC_INVALID_CONFIG for its parameters;
 * ATC_UNTRUSTED if others may change its code; ATC_UNSUPPORTED for TypeScript on a Node that does not run it
 */
export async function chooseStrategy(runtime: Runtime, options: ChooseOptions): Promise<ChosenStrategy> {
  const signals = await signalFile(runtime, options, { strategy: options.strategy !== undefined });
  const members = await memberFile(runtime, options);
  return { ...(signals === undefined ? await ofConfiguration(runtime, options) : ofFile(signals)), members };
}

async function ofConfiguration(runtime: Runtime, { strategy, signal }: ChooseOptions): Promise<ChosenStrategy> {
  if (strategy !== undefined) return ofCode(strategy);
  const module = await moduleOf(runtime);
  if (module === undefined) {
    checkBuiltIn(runtime);
    return builtIn(runtime);
  }
  const executor = await runtime.strategyThreads();
  try {
    const own: OwnStrategy = { module, executor, deadline: runtime.config.strategyDeadline };
    const description = await describe(own, signal);
    const start = (): never => {
      throw new AtcError("ATC_UNSUPPORTED", `the strategy "${module.label}" runs on threads only`);
    };
    return {
      on: () => ({ ...description, start }) as AnyBoundStrategy,
      scope: description.scope ?? "symbol",
      own,
      isPortable: true,
      [Symbol.asyncDispose]: () => executor[Symbol.asyncDispose](),
    };
  } catch (error) {
    await executor[Symbol.asyncDispose]();
    throw error;
  }
}
