import { type AnyBoundStrategy, bindStrategy } from "@atc/backtest";
import { AtcError, type Dataset, type OperationOptions, type Strategy } from "@atc/contract";
import { readStrategyValues } from "@atc/plugin-kit";
import type { SweepConfiguration } from "@atc/sweep";
import { type ChosenStrategy, chooseStrategy, type OwnStrategy } from "../backtest/chosen-strategy.ts";
import { builtInNamed, builtInStrategy } from "../compute/built-in-strategy.ts";
import type { StrategyTraitsOfModule } from "../compute/unit-task.ts";
import type { WatchedModule } from "../compute/watched-module.ts";
import { moduleFault, runWatched } from "../strategy/strategy-watch.ts";
import type { Runtime } from "../wiring/runtime.ts";

/** The strategy whose configurations a sweep varies. Disposal ends its threads. */
export interface SweepStrategy extends AsyncDisposable {
  /** Its name and parameters, for a space; undefined for ATC, which has keys of the table. Its code does not run. */
  readonly traits: Strategy | undefined;
  /** The strategy of the user's, which runs on guarded threads. */
  readonly own: OwnStrategy | undefined;
  /** What it sees at once. */
  readonly scope: "symbol" | "universe";
  /** Whether a thread can create it. */
  readonly isPortable: boolean;
  /** The strategy with the configured parameters. */
  on(dataset: Dataset): AnyBoundStrategy;
  /** The strategy of a configuration on this thread. One of the user's throws ATC_UNSUPPORTED. */
  configured(dataset: Dataset): (configuration: SweepConfiguration) => AnyBoundStrategy;
}

const traitsTask = { task: "@atc/runtime#describeTraits", version: 1 };

function withoutCode({ name, version, parameters }: StrategyTraitsOfModule, label: string): Strategy {
  const start = (): never => {
    throw new AtcError("ATC_UNSUPPORTED", `the strategy "${label}" runs on threads only`);
  };
  return { name, version, parameters, start };
}

async function traitsOf(
  { module, executor, deadline }: OwnStrategy,
  signal: AbortSignal | undefined,
): Promise<Strategy> {
  const outcome = await runWatched<WatchedModule, StrategyTraitsOfModule>((watch) => ({ module, watch }), {
    executor,
    task: traitsTask,
    deadline,
    signal,
  });
  if (outcome.kind === "done") return withoutCode(outcome.output, module.label);
  throw moduleFault(module.label, outcome.what, outcome.cause);
}

/** The traits of a built-in strategy; undefined for ATC. */
function builtInTraits(name: string): Strategy | undefined {
  if (name === "atc") return undefined;
  return builtInNamed(name) ?? withoutCode({ name, version: 1, parameters: {} }, name);
}

function ofCode(strategy: Strategy, { config }: Runtime): SweepStrategy {
  const bound = bindStrategy(strategy, readStrategyValues(strategy, config.parameters));
  return {
    traits: strategy,
    scope: bound.scope ?? "symbol",
    own: undefined,
    isPortable: false,
    on: () => bound,
    configured: () => (configuration) => bindStrategy(strategy, configuration.parameters),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function ofChoice(chosen: ChosenStrategy, traits: Strategy | undefined, { config }: Runtime): SweepStrategy {
  const { own, isPortable, on, scope } = chosen;
  return {
    traits,
    scope,
    own,
    isPortable,
    on,
    configured(dataset) {
      if (own !== undefined)
        throw new AtcError("ATC_UNSUPPORTED", `the strategy "${own.module.label}" runs on threads only`);
      const { strategy } = config;
      return ({ signals, backtest, parameters }) =>
        builtInStrategy({ strategy, signals, config: backtest, parameters }, dataset);
    },
    [Symbol.asyncDispose]: () => chosen[Symbol.asyncDispose](),
  };
}

function unsupported(key: string, file: string, because: string): AtcError {
  return new AtcError("ATC_UNSUPPORTED", `${key} is "${file}", but a sweep cannot use such a file: ${because}`, {
    details: { key, path: file },
  });
}

/**
 * The strategy of a sweep: that of the caller, or the configured one.
 *
 * @throws what `chooseStrategy` throws; ATC_UNSUPPORTED for files of decisions or members
 */
export async function sweepStrategy(
  runtime: Runtime,
  { strategy, signal }: Pick<OperationOptions, "signal"> & { readonly strategy?: Strategy | undefined },
): Promise<SweepStrategy> {
  const { signals, universe } = runtime.config;
  if (signals !== undefined) throw unsupported("signals", signals, "its decisions are made already; run atc backtest");
  if (universe !== undefined) throw unsupported("universe", universe, "sweeps do not know members by date yet");
  if (strategy !== undefined) return ofCode(strategy, runtime);
  const chosen = await chooseStrategy(runtime, { signal });
  try {
    const traits =
      chosen.own === undefined ? builtInTraits(runtime.config.strategy) : await traitsOf(chosen.own, signal);
    return ofChoice(chosen, traits, runtime);
  } catch (error) {
    await chosen[Symbol.asyncDispose]();
    throw error;
  }
}
