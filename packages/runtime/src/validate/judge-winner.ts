import { setImmediate as nextTurn } from "node:timers/promises";
import { type OperationOptions, throwIfAborted } from "@atc/contract";
import { type Axis, type AxisValue, judgeSteps, type SweepConfiguration, type SweepJudgement } from "@atc/sweep";
import type { PortfolioReturns } from "../evaluate/portfolio-returns.ts";
import type { SpoolFolders } from "../spool/open-spool.ts";
import { collectReturns, type ReturnSource } from "./collect-returns.ts";
import type { SampledConfiguration } from "./configuration-sample.ts";
import { gridNumbers } from "./grid-numbers.ts";
import { openReturnSpool, type ReturnSpool } from "./return-spool.ts";
import { mostSampled, type SweepRecord } from "./sweep-record.ts";
import { type SweepValidation, verdictRule, verdictSentence } from "./sweep-validation.ts";
import { winnerNeighbourhood } from "./winner-neighbourhood.ts";

/** What is known of a sweep whose winner is judged. */
export interface JudgeWinnerOptions extends OperationOptions, SpoolFolders {
  readonly source: ReturnSource;
  readonly axes: readonly Axis[];
  /** The configuration of a value per axis. */
  readonly configurationOf: (values: readonly AxisValue[]) => SweepConfiguration;
  readonly winner: SampledConfiguration & { readonly score: number };
  readonly record: SweepRecord;
  /** Every evaluated configuration. */
  readonly trials: number;
  readonly seed: number;
  /** The most bytes of returns on the disk; a larger sample is reduced. Default: 2 GiB. */
  readonly mostBytes?: number | undefined;
  /** Receives the returns of the sample, which are valid during the call. Not called if the winner has none. */
  readonly onReturns?: ((sampled: SampledReturns) => void) | undefined;
}

const defaultBytes = 2 ** 31;

/** The bar returns of a sample of configurations. Disposal frees them. */
export interface SampledReturns extends Disposable {
  /** The configurations with returns, by index. */
  readonly configurations: readonly SampledConfiguration[];
  /** The place of the winner among them. */
  readonly winner: number;
  /** Bars per year of the winner; undefined if its bars span no time. */
  readonly barsPerYear: number | undefined;
  /** Their returns, a configuration per column. */
  readonly columns: ReturnType<ReturnSpool["columns"]>;
  /** What to know about the sample. */
  readonly notes: readonly string[];
}

function sizeText(bytes: number): string {
  return bytes >= 1e9 ? `${Math.round(bytes / 1e9)} GB` : `${Math.round(bytes / 1000)} kB`;
}

function notesOf(
  wanted: number,
  found: number,
  { added }: SweepRecord["sample"],
  mostBytes: number,
): readonly string[] {
  const bounded = Math.min(added, mostSampled);
  const missing = wanted - found;
  return [
    ...(wanted < bounded
      ? [
          `the returns of ${wanted} configurations are compared, not of ${bounded}, because more would need over ${sizeText(mostBytes)}`,
        ]
      : []),
    ...(missing > 0
      ? [`${missing} configurations are not compared: they lost all, failed, or have other times than the winner`]
      : []),
  ];
}

function barsPerYearOf({ returns, years }: PortfolioReturns, { backtest }: SweepConfiguration): number | undefined {
  const { barsPerYear = returns.length / years } = backtest;
  return Number.isFinite(barsPerYear) && barsPerYear > 0 ? barsPerYear : undefined;
}

/** Computes the returns of the winner and of a sample; undefined if the winner has none that are finite. */
async function sampleReturns(options: JudgeWinnerOptions): Promise<SampledReturns | undefined> {
  const { source, record, winner, configurationOf, folders, warn, signal, onProgress } = options;
  const { mostBytes = defaultBytes } = options;
  const [alone] = await source.run([configurationOf(winner.values)], signal);
  if (alone === undefined || !alone.returns.every(Number.isFinite)) return undefined;
  const rows = alone.returns.length;
  const fitting = Math.floor(mostBytes / (Float64Array.BYTES_PER_ELEMENT * Math.max(1, rows)));
  const chosen = record.sample.choose(Math.max(2, Math.min(mostSampled, fitting)), winner);
  const reference = { ...alone, place: chosen.findIndex(({ index }) => index === winner.index) };
  const spool = openReturnSpool({ rows, columns: chosen.length, folders, warn });
  try {
    const configurations = chosen.map(({ values }) => configurationOf(values));
    const places = await collectReturns({
      source,
      configurations,
      reference,
      spool,
      ...(signal === undefined ? {} : { signal }),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    return {
      configurations: places.map((place) => chosen[place] as SampledConfiguration),
      winner: places.indexOf(reference.place),
      barsPerYear: barsPerYearOf(alone, configurationOf(winner.values)),
      columns: spool.columns(places),
      notes: notesOf(chosen.length, places.length, record.sample, mostBytes),
      [Symbol.dispose]: () => spool[Symbol.dispose](),
    };
  } catch (error) {
    spool[Symbol.dispose]();
    throw error;
  }
}

/** What {@link judgeReturns} finds. */
interface Judged {
  readonly judgement: SweepJudgement;
  readonly notes: readonly string[];
}

/** Computes the statistics, and yields to the event loop between them, so that an abort is noticed. */
async function judgeReturns(options: JudgeWinnerOptions, sampled: SampledReturns): Promise<Judged> {
  const { record, trials, seed, signal } = options;
  const { columns, winner, barsPerYear } = sampled;
  const sharpes = barsPerYear === undefined ? undefined : record.sharpes(barsPerYear);
  const steps = judgeSteps(columns, { winner, trials, sharpes, barsPerYear, seed });
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) {
    await nextTurn();
    throwIfAborted(signal);
  }
  const notes =
    sharpes === undefined && record.sample.added > columns.columns
      ? ["the variance of the Sharpe ratios is that of the compared configurations"]
      : [];
  return { judgement: step.value, notes };
}

/**
 * Judges the winner of a sweep: computes the bar returns of a seeded sample of configurations, and the statistics.
 * Returns do not stay in memory.
 *
 * @throws ATC_ABORTED; ATC_NO_SPACE or ATC_IO if the disk refuses; what the source throws
 */
export async function judgeWinner(options: JudgeWinnerOptions): Promise<SweepValidation> {
  const { axes, record, winner, trials, seed } = options;
  const startedAt = performance.now();
  using sampled = await sampleReturns(options);
  const found = sampled === undefined ? undefined : await judgeReturns(options, sampled);
  if (sampled !== undefined) options.onReturns?.(sampled);
  const grid = gridNumbers(axes);
  const { judgement } = found ?? {};
  const { verdict = "unknown", overfitting, deflated } = judgement ?? {};
  const [configurations, returns] = [sampled?.columns.columns ?? 0, sampled?.columns.rows ?? 0];
  const facts = {
    verdict,
    trials,
    deflatedSharpe: deflated?.deflatedSharpe,
    pbo: overfitting?.pbo,
    sharpePerBar: judgement?.winner?.sharpePerBar,
    configurations,
    returns,
  };
  return {
    verdict,
    sentence: verdictSentence(facts),
    rule: verdictRule,
    configuration: winner.configuration,
    winner: judgement?.winner,
    deflated,
    overfitting,
    superiorAbility: judgement?.superiorAbility,
    effectiveTrials: judgement?.effectiveTrials,
    haircuts: judgement?.haircuts,
    neighbourhood: grid === undefined ? undefined : winnerNeighbourhood(grid, record, winner),
    trials,
    sample: { configurations, of: record.sample.added, returns, seed },
    notes: [...(sampled?.notes ?? []), ...(found?.notes ?? [])],
    seconds: (performance.now() - startedAt) / 1000,
  };
}
