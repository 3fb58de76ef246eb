import type { Period } from "@atc/backtest";
import { AtcError, isAtcError, type OperationOptions, throwIfAborted } from "@atc/contract";
import type { Candidate, Outcome, Sampler, Space, SweepConfiguration } from "@atc/sweep";
import type { EvaluationResults, LeftOutSymbol } from "../evaluate/evaluation.ts";
import type { ConfigurationDigest } from "./configuration-digest.ts";
import type { LeadingResult, LeadingResults } from "./leading-results.ts";
import type { StoredEvaluations } from "./stored-evaluations.ts";
import type { FoundEvaluation } from "./stored-unit.ts";
import type { UnitRunner } from "./unit-runner.ts";
import type { UnitSizes } from "./unit-sizes.ts";

/** The state of a sweep. */
export interface SweepProgress {
  /** Finished evaluations. */
  readonly done: number;
  /** The most evaluations; undefined if only the end of the search shows it. */
  readonly total: number | undefined;
  /** How many of the finished ones came from the cache. */
  readonly cached: number;
  /** The best result so far. */
  readonly best: LeadingResult | undefined;
}

/** What a search needs. */
export interface SearchOptions extends OperationOptions {
  readonly space: Space;
  readonly sampler: Sampler;
  /** Makes digests of configurations; undefined if no configuration of the space is valid. */
  readonly digestOf: ((one: SweepConfiguration, end: number | undefined) => ConfigurationDigest) | undefined;
  /** The finished configurations in the cache; undefined without a cache. */
  readonly stored: StoredEvaluations | undefined;
  readonly runner: UnitRunner;
  readonly sizes: UnitSizes;
  /** The end of a span. */
  readonly endOf: (span: number) => number | undefined;
  readonly period: Period | undefined;
  /** Metrics of a configuration. */
  readonly metrics: number;
  /** Symbols with metrics of their own. */
  readonly symbols: number;
  readonly leaders: LeadingResults;
  /** Whether an abort ends the search without an error. */
  readonly keepsAborted: boolean;
  /** Receives every result, in any order. Its arrays are valid during the call. */
  readonly onResult: (candidate: Candidate, result: FoundEvaluation, score: number | undefined) => void;
  readonly onSweep: ((progress: SweepProgress) => void) | undefined;
}

/** How a search ended. */
export interface SearchEnd {
  readonly evaluations: number;
  readonly computed: number;
  readonly cached: number;
  readonly leftOut: readonly LeftOutSymbol[];
  readonly isComplete: boolean;
}

/** A candidate that is to be computed. */
interface QueuedCandidate {
  readonly candidate: Candidate;
  readonly configuration: SweepConfiguration;
  readonly digest: ConfigurationDigest | undefined;
  readonly end: number | undefined;
}

/** How far candidates are asked for beyond the oldest unfinished one, so that few results wait for it. */
const mostAhead = 2 ** 16;

/** Adds up what units left out. */
function leftOutSymbols(): { add(more: readonly LeftOutSymbol[]): void; list(): readonly LeftOutSymbol[] } {
  const found = new Map<string, LeftOutSymbol>();
  return {
    add(more) {
      for (const one of more) {
        const before = found.get(one.symbol)?.configurations ?? 0;
        found.set(one.symbol, { ...one, configurations: before + one.configurations });
      }
    },
    list: () => [...found.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
  };
}

/** Evaluates what a sampler asks for: from the cache, or in units. */
export async function searchConfigurations(options: SearchOptions): Promise<SearchEnd> {
  const { space, sampler, digestOf, stored, runner, sizes, endOf, period, leaders, signal } = options;
  const width = options.metrics;
  const symbolWidth = options.symbols * width;
  const queue: QueuedCandidate[] = [];
  const running = new Set<Promise<void>>();
  const leftOut = leftOutSymbols();
  const unfinished = new Set<number>();
  let asked = 0;
  let computed = 0;
  let cached = 0;
  let failure: unknown;
  let isComplete = true;
  const startedAt = performance.now();
  let shownAt = startedAt;

  function report(isLast = false): void {
    const now = performance.now();
    if (!isLast && now - shownAt < 50) return;
    shownAt = now;
    const [best] = leaders.best;
    const done = computed + cached;
    // A space with conditions has fewer configurations than the sampler can know before it has seen them all.
    const total = isLast && isComplete ? done : sampler.most;
    options.onSweep?.({ done, total, cached, best });
    options.onProgress?.({
      phase: "computing",
      done,
      ...(total === undefined ? {} : { total }),
      unit: "configurations",
      ...(best === undefined ? {} : { note: `best ${Number(best.score.toPrecision(4))}` }),
    });
  }

  function deliver(candidate: Candidate, result: FoundEvaluation): Outcome {
    const score = leaders.add(candidate, result);
    options.onResult(candidate, result, score);
    return { index: candidate.index, score };
  }

  /** A result without figures. */
  function faulty(code: AtcError["code"], message: string): FoundEvaluation {
    const nothing = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN);
    return { portfolio: nothing(width), symbols: nothing(symbolWidth), fault: { code, message } };
  }

  /** Takes the result of a candidate from the cache, or queues it. */
  async function accept(candidate: Candidate): Promise<Outcome | undefined> {
    let configuration: SweepConfiguration;
    try {
      configuration = space.configuration(candidate.values);
    } catch (error) {
      if (!isAtcError(error, "ATC_INVALID_CONFIG")) throw error;
      computed++;
      return deliver(candidate, faulty(error.code, error.message));
    }
    const end = endOf(candidate.span);
    const digest = digestOf?.(configuration, end);
    const found = digest === undefined ? undefined : await stored?.find(digest);
    if (found !== undefined) {
      cached++;
      return deliver(candidate, found);
    }
    unfinished.add(candidate.index);
    queue.push({ candidate, configuration, digest, end });
    return undefined;
  }

  /** Asks for the next candidates; false if the sampler gives none. */
  async function ask(): Promise<boolean> {
    const candidates = sampler.isDone ? [] : sampler.ask();
    if (candidates.length === 0) return false;
    asked += candidates.length;
    const outcomes: Outcome[] = [];
    for (const candidate of candidates) {
      throwIfAborted(signal);
      const outcome = await accept(candidate);
      if (outcome !== undefined) outcomes.push(outcome);
      report();
    }
    sampler.tell(outcomes);
    return true;
  }

  async function evaluate(unit: readonly QueuedCandidate[]): Promise<void> {
    const [first] = unit;
    const end = first?.end;
    const startedUnit = performance.now();
    const results: EvaluationResults = await runner.run(
      unit.map(({ configuration }) => configuration),
      end === undefined ? period : { ...period, to: end },
      signal,
    );
    const ms = performance.now() - startedUnit;
    sizes.finished(unit.length, ms);
    const digests = unit.flatMap(({ digest }) => digest ?? []);
    if (digests.length === unit.length) await stored?.store(digests, results, ms);
    leftOut.add(results.leftOut);
    const faults = new Map(results.faults.map((fault) => [fault.place, fault]));
    const outcomes = unit.map(({ candidate }, place) =>
      deliver(candidate, {
        portfolio: results.portfolios.subarray(place * width, (place + 1) * width),
        symbols: results.symbols.subarray(place * symbolWidth, (place + 1) * symbolWidth),
        fault: faults.get(place),
      }),
    );
    computed += unit.length;
    for (const { candidate } of unit) unfinished.delete(candidate.index);
    sampler.tell(outcomes);
    report();
  }

  /** Takes a unit of candidates with the same span from the queue. */
  function takeUnit(): readonly QueuedCandidate[] {
    // If no more candidates can be asked for, all free threads get some.
    const parts = sizes.areDivided ? Math.max(1, runner.concurrency - running.size) : 1;
    const shared = Math.ceil(queue.length / parts);
    const size = Math.max(1, Math.min(sizes.next, shared));
    const end = queue[0]?.end;
    const other = queue.findIndex((one) => one.end !== end);
    return queue.splice(0, Math.min(size, other < 0 ? queue.length : other));
  }

  function start(): void {
    const unit = takeUnit();
    const work = evaluate(unit)
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => running.delete(work));
    running.add(work);
  }

  async function search(): Promise<void> {
    for (;;) {
      if (failure !== undefined) throw failure;
      throwIfAborted(signal);
      const [oldest = asked] = unfinished;
      const wanted = sizes.next * runner.concurrency;
      if (queue.length < wanted && asked - oldest < mostAhead && (await ask())) continue;
      while (queue.length > 0 && running.size < runner.concurrency) start();
      if (running.size > 0) await Promise.race(running);
      else if (queue.length === 0 && sampler.isDone) return;
      else if (queue.length === 0 && !(await ask())) {
        if (sampler.isDone) return;
        throw new AtcError("ATC_CLOSED", "the sampler waits for results that it has been given");
      }
    }
  }

  try {
    await search();
  } catch (error) {
    failure ??= error;
    await Promise.all(running);
    if (!(options.keepsAborted && signal?.aborted === true)) throw error;
    isComplete = false;
  }
  report(true);
  return { evaluations: computed + cached, computed, cached, leftOut: leftOut.list(), isComplete };
}
