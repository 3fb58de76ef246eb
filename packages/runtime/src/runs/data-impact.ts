import { AtcError, isAtcError } from "@atc/contract";
import { jsonDigest, type LayerDifference, layerDifferences, listRuns, openRun, type StoredRun } from "@atc/runs";
import type { Runtime } from "../wiring/runtime.ts";
import { backtestOptionsOf, type RecomputeOptions, recompute } from "./recompute.ts";
import { draftOf } from "./run-draft.ts";
import { judgesTable } from "./searched.ts";
import { computedTrades, storedTrades, type TradeRow } from "./trade-rows.ts";

/** A trade that differs. */
export interface TradeDifference {
  readonly symbol: string;
  /** Time of the entry, in ISO 8601. */
  readonly entryTime: string;
  /** The trade of the stored run; undefined if there was none. */
  readonly before: TradeRow | undefined;
  /** The trade over the newest rows; undefined if there is none. */
  readonly after: TradeRow | undefined;
}

/** What new rows of a dataset change in a stored run. */
export interface RunImpact {
  readonly run: StoredRun;
  /** The newest generation of the dataset. */
  readonly generation: number;
  /** Symbols of the run whose rows have changed. */
  readonly symbols: readonly string[];
  /** How many symbols were computed. The results of the others came from the cache. */
  readonly computed: number;
  /** Numbers of trades. Absent if the run has only their digests. */
  readonly trades?: {
    readonly stored: number;
    readonly changed: number;
    readonly removed: number;
    readonly added: number;
    /** The first trades that differ. */
    readonly first: readonly TradeDifference[];
  };
  /** Symbols whose trades have changed, by their digests; of a shared account, all or none. */
  readonly tradedOtherwise: readonly string[];
  /** The metrics of the portfolio before and after. */
  readonly metrics: { readonly before: StoredRun["metrics"]; readonly after: StoredRun["metrics"] };
  /** Why the run cannot be computed over the newest rows. The other members are those of the stored run. */
  readonly problem?: string;
  /** Why the run is not computed: a search and the judgement of a table have no trades. */
  readonly leftOut?: string;
}

/** The most trades that are listed per run. */
const mostListed = 20;

/** Trades by symbol, time of entry and their order among equal ones. */
function byKey(trades: readonly TradeRow[]): ReadonlyMap<string, TradeRow> {
  const keyed = new Map<string, TradeRow>();
  for (const trade of trades)
    for (let serial = 0; ; serial++) {
      const key = JSON.stringify([trade["symbol"], trade["entryTime"], serial]);
      if (keyed.has(key)) continue;
      keyed.set(key, trade);
      break;
    }
  return keyed;
}

function isSame(a: TradeRow, b: TradeRow): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]));
}

function compareTrades(stored: readonly TradeRow[], computed: readonly TradeRow[]): NonNullable<RunImpact["trades"]> {
  const [before, after] = [byKey(stored), byKey(computed)];
  const counts = { changed: 0, removed: 0, added: 0 };
  const first: TradeDifference[] = [];
  const note = (kind: keyof typeof counts, a: TradeRow | undefined, b: TradeRow | undefined): void => {
    counts[kind]++;
    const { symbol, entryTime } = (a ?? b) as { readonly symbol: string; readonly entryTime: string };
    if (first.length < mostListed) first.push({ symbol, entryTime, before: a, after: b });
  };
  for (const [key, trade] of before) {
    const other = after.get(key);
    if (other === undefined) note("removed", trade, undefined);
    else if (!isSame(trade, other)) note("changed", trade, other);
  }
  for (const [key, trade] of after) if (!before.has(key)) note("added", undefined, trade);
  return { stored: stored.length, ...counts, first };
}

/** Runs that differ in their rows alone count once: the newest of them. */
function distinct(runs: readonly StoredRun[]): readonly StoredRun[] {
  const seen = new Set<string>();
  return runs.filter(({ kind, strategy, config, inputs, seed }) => {
    const key = jsonDigest({ kind, strategy, config, inputs, seed });
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The runs that have read a dataset, the newest of each configuration first. */
async function runsOf(runtime: Runtime, dataset: string): Promise<readonly StoredRun[]> {
  const listed = await listRuns({ directory: runtime.config.runsDir });
  const runs = listed.flatMap(({ run }) => (run?.data.dataset === dataset ? [run] : []));
  if (runs.length > 0) return distinct(runs);
  throw new AtcError("ATC_NOT_FOUND", `no stored run has read the dataset "${dataset}"; atc runs list shows them`, {
    details: { dataset },
  });
}

/**
 * Computes the stored backtests of a dataset over its newest rows, and compares their trades: what a restatement of
 * bars changes. Symbols whose rows are the same come from the cache if it has them. Searches are named, but not
 * computed. Of runs that differ in their rows alone, the newest is taken; a run whose rows are the same is left out.
 *
 * @param dataset - the name of a dataset
 * @throws ATC_NOT_FOUND for a dataset that does not exist or that no run has read
 */
export async function dataImpact(
  runtime: Runtime,
  dataset: string,
  options: RecomputeOptions = {},
): Promise<readonly RunImpact[]> {
  const manifest = await runtime.store.find(dataset);
  if (manifest === undefined)
    throw new AtcError("ATC_NOT_FOUND", `there is no dataset "${dataset}"; atc data list shows them`, {
      details: { dataset },
    });
  const impacts: RunImpact[] = [];
  for (const run of await runsOf(runtime, dataset)) {
    if (run.data.content !== undefined && run.data.content === manifest.content) continue;
    const { generation } = manifest;
    impacts.push(
      run.trades === undefined ? withoutTrades(run, generation) : await impactOn(runtime, run, generation, options),
    );
  }
  return impacts;
}

/** A run that is named only. */
function unknownImpact(run: StoredRun, generation: number): RunImpact {
  const metrics = { before: run.metrics, after: null };
  return { run, generation, symbols: [], computed: 0, tradedOtherwise: [], metrics };
}

function withoutTrades(run: StoredRun, generation: number): RunImpact {
  const leftOut = judgesTable(run)
    ? "the judgement of a table has no trades; sweep again, and judge the new table"
    : `a ${run.kind} has no trades of its own; atc runs diff ${run.id} computes it again over the newest rows`;
  return { ...unknownImpact(run, generation), leftOut };
}

async function impactOn(
  runtime: Runtime,
  run: StoredRun,
  generation: number,
  options: RecomputeOptions,
): Promise<RunImpact> {
  try {
    const opened = await openRun(run.id, { directory: runtime.config.runsDir });
    const stored = { run, symbols: await opened.symbols() };
    using outcome = await recompute(runtime, run, { ...options, generation, usesCache: true });
    const computed = draftOf(runtime, outcome, backtestOptionsOf(run));
    const trades = await storedTrades(opened);
    return {
      run,
      generation,
      symbols: restated(layerDifferences(stored, computed)),
      computed: computed.symbols.length - outcome.cachedSymbols,
      ...(trades === undefined ? {} : { trades: compareTrades(trades, computedTrades(outcome.curves)) }),
      tradedOtherwise: tradedOtherwise(stored, computed),
      metrics: { before: run.metrics, after: computed.run.metrics },
    };
  } catch (error) {
    if (!isAtcError(error) || error.code === "ATC_ABORTED") throw error;
    return { ...unknownImpact(run, generation), problem: error.message };
  }
}

function restated(differences: readonly LayerDifference[]): readonly string[] {
  return differences.flatMap(({ layer, what }) => (layer === "data" ? [what] : []));
}

type Drafted = ReturnType<typeof draftOf>;

function tradedOtherwise(stored: Pick<Drafted, "symbols" | "run">, computed: Drafted): readonly string[] {
  if (stored.run.digests["trades"] !== computed.run.digests["trades"])
    return computed.symbols.map(({ symbol }) => symbol);
  const before = new Map(stored.symbols.map((one) => [one.symbol, one.digests["trades"]]));
  const after = new Map(computed.symbols.map((one) => [one.symbol, one.digests["trades"]]));
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.filter((symbol) => before.get(symbol) !== after.get(symbol));
}
