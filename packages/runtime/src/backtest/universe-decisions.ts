import { type Period, type RememberUniverse, type SymbolDecisions, universeDefaults } from "@atc/backtest";
import type { Cache } from "@atc/cache";
import type { Dataset, OperationOptions } from "@atc/contract";
import { batchesOf } from "../compute/symbol-batches.ts";
import { datasetRef } from "../compute/thread-datasets.ts";
import type { UniverseTaskInput, UniverseTaskOutput } from "../compute/universe-task.ts";
import type { Spool } from "../spool/open-spool.ts";
import { universeFault } from "../strategy/guarded-universe.ts";
import { runWatched } from "../strategy/strategy-watch.ts";
import { backtestPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { keysOf } from "./backtest-keys.ts";
import type { ChosenStrategy, OwnStrategy } from "./chosen-strategy.ts";
import type { StoredResults } from "./stored-results.ts";

/** The runtime with the defaults of a strategy that sees all symbols, for the keys that nobody set. */
export function runtimeFor(runtime: Runtime, { scope }: Pick<ChosenStrategy, "scope">): Runtime {
  if (scope !== "universe") return runtime;
  const { origins } = runtime.loaded;
  const unset = Object.entries(universeDefaults).filter(
    ([name]) => origins[name as keyof typeof universeDefaults].kind === "default",
  );
  return { ...runtime, config: { ...runtime.config, ...Object.fromEntries(unset) } };
}

/** What the keys of a run depend on besides its data and its configuration. */
export function keyOptionsOf(
  { own, scope, isPortable }: ChosenStrategy,
  symbols: readonly string[],
  period: Period | undefined,
): Parameters<typeof keysOf>[3] {
  const isBuiltIn = own === undefined && isPortable;
  return { digest: own?.module.digest, period, isBuiltIn, universe: scope === "universe" ? symbols : undefined };
}

/** A run of a strategy that sees all symbols. */
export interface UniverseRunOptions {
  readonly dataset: Dataset;
  readonly spool: Spool;
  readonly chosen: ChosenStrategy;
  readonly period: Period | undefined;
  readonly symbols: readonly { readonly symbol: string }[];
  readonly options: OperationOptions;
  readonly cache: Cache | undefined;
  readonly key: ReturnType<typeof keysOf>;
  readonly stored: StoredResults<SymbolDecisions> | undefined;
}

/** The decisions of a strategy that sees all symbols, from the cache or computed. */
export interface RememberedUniverse {
  readonly remember: RememberUniverse;
  /** Symbols whose decisions came from the cache: none or all. */
  readonly cachedSymbols: number;
}

type Readable = Parameters<RememberUniverse>[0];

const taskRef = { task: "@atc/runtime#decideUniverse", version: 1 };

/** Decides on a thread, with code of the user's. */
async function decideOnThread(
  runtime: Runtime,
  { module, executor, deadline }: OwnStrategy,
  readable: Readable,
  { dataset, spool, period, options }: UniverseRunOptions,
): Promise<readonly string[]> {
  const { config } = runtime;
  const symbols = readable.map(({ before, decisions: { symbol, bars } }) => ({ symbol, before, bars }));
  const names = symbols.map(({ symbol }) => symbol);
  const outcome = await runWatched<UniverseTaskInput, UniverseTaskOutput>(
    (watch) => ({
      ...datasetRef(runtime.storeRef, dataset.manifest),
      own: { module, watch },
      symbols,
      config: backtestPart(config),
      limit: config.limit,
      period,
      spool: spool.part(names),
    }),
    { executor, task: taskRef, deadline, signal: options.signal, onProgress: options.onProgress },
  );
  if (outcome.kind === "failed") throw universeFault(module, outcome.what, outcome.time, outcome.cause);
  for (const [place, counts] of outcome.output.counts.entries()) spool.curves.register(names[place] as string, counts);
  return outcome.output.warnings;
}

/** The hook that serves decisions from the cache, and stores what had to be computed. */
export function rememberedUniverse(runtime: Runtime, run: UniverseRunOptions): RememberedUniverse {
  const { chosen, cache, key, stored } = run;
  // The decisions are in entries of a few symbols each. This one says that all of them were stored.
  const whole = key("universe", { symbols: run.symbols.map(({ symbol }) => symbol) });
  let cachedSymbols = 0;

  async function load(batches: readonly (readonly Sized[])[]): Promise<readonly string[] | undefined> {
    const known = await cache?.get(whole);
    const warnings = known?.attributes?.["warnings"];
    if (stored === undefined || !Array.isArray(warnings)) return undefined;
    for (const batch of batches) {
      const found = await stored.load(batch);
      if (found.length !== batch.length || found.some(({ bars }, i) => bars !== batch[i]?.bars)) return undefined;
    }
    return warnings.map(String);
  }

  async function store(
    readable: Readable,
    batches: readonly (readonly Sized[])[],
    { warnings, costMs }: { readonly warnings: readonly string[]; readonly costMs: number },
  ): Promise<void> {
    if (stored === undefined) return;
    const known = new Map(readable.map(({ decisions }) => [decisions.symbol, decisions]));
    for (const batch of batches) {
      const results = batch.flatMap(({ symbol }) => known.get(symbol) ?? []);
      // Each part is worth the whole computation: with one part missing, all of it runs.
      await stored.store(
        results,
        results.map(({ symbol }) => symbol),
        costMs,
      );
    }
    await cache?.set(whole, { arrays: {}, attributes: { warnings: [...warnings] } }, { costMs });
  }

  return {
    get cachedSymbols() {
      return cachedSymbols;
    },
    async remember(readable, compute) {
      const sized = readable.map(({ decisions: { symbol, bars } }) => ({ symbol, bars, rows: bars }));
      const batches = batchesOf(sized, runtime.config.batchSize);
      const found = await load(batches);
      if (found !== undefined) {
        cachedSymbols = readable.length;
        return { warnings: found };
      }
      const startedAt = performance.now();
      const warnings =
        chosen.own === undefined
          ? (await compute()).warnings
          : await decideOnThread(runtime, chosen.own, readable, run);
      await store(readable, batches, { warnings, costMs: performance.now() - startedAt });
      return { warnings };
    },
  };
}

/** A symbol with its number of decisions. */
interface Sized {
  readonly symbol: string;
  readonly bars: number;
}
