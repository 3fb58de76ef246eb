import { createPacer } from "@atc/plugin-kit";
import {
  createEntrySums,
  createJointSpread,
  createRandomNumbers,
  createRandomPlacement,
  type EntryPoints,
  type EntrySums,
  entryPoints,
  type HeldTrades,
  heldTrades,
  type JointSpread,
  type RandomEntries,
  type RandomNumbers,
  timesOfAll,
} from "@atc/sweep";
import { type EntryTaskInput, type EntryTaskOutput, entrySamples } from "../compute/luck-task.ts";
import { barTimes, entryBars, entryFill, milliseconds } from "./entry-bars.ts";
import type { JudgedRun } from "./judged-run.ts";
import type { TestControl } from "./returns-test.ts";
import { runTrades } from "./run-trades.ts";
import { type SampleRunner, samplesAtOnce, samplesPerTask } from "./sample-runner.ts";
import type { LuckSettings } from "./validation-options.ts";

/** A symbol with its trades. */
interface TradedSymbol {
  readonly symbol: string;
  readonly trades: HeldTrades;
  /** The number of its last point. */
  readonly last: number;
}

/** The most states of the generator in memory, unless a test gives fewer: 16 MB. */
const usualStates = 2 ** 20;

/** The trades of all symbols by points. Those of one symbol are read at a time. */
function tradedSymbols(run: JudgedRun): readonly TradedSymbol[] {
  const trades = runTrades(run);
  return run.symbols.map((symbol, place) => {
    const times = barTimes(run, symbol);
    const fill = entryFill(run.config, run.dataset.series(symbol));
    const last = fill === "nextClose" ? times.length - 1 : times.length;
    return { symbol, last, trades: heldTrades(symbol, trades.of(place, times), fill, last) };
  });
}

/** Records the state of the generator before each symbol of each sample, as the samples move it. */
async function recordStates(
  random: RandomNumbers,
  symbols: readonly TradedSymbol[],
  samples: number,
  { settings, control }: Pick<EntriesTest, "settings" | "control">,
): Promise<readonly Int32Array[]> {
  const pacer = createPacer({ signal: control.signal });
  const placements = symbols.map(({ trades, last }) => createRandomPlacement(trades, last, settings.warmup));
  const states = symbols.map(() => new Int32Array(4 * samples));
  for (let sample = 0; sample < samples; sample++)
    for (const [place, placement] of placements.entries()) {
      random.save(states[place] as Int32Array, 4 * sample);
      placement.skip(random);
      await pacer.pause();
    }
  return states;
}

/** The test of a run, and how it is drawn. */
export interface EntriesTest {
  readonly run: JudgedRun;
  readonly settings: LuckSettings;
  /** Threads. Default: this thread. */
  readonly runner: SampleRunner | undefined;
  readonly control: TestControl;
  /** The most states of the generator in memory. If there are more, symbols are read several times. */
  readonly mostStates?: number;
}

/** What the samples of one symbol come to, from a first sample on. */
interface PlacedSamples {
  readonly from: number;
  readonly output: EntryTaskOutput;
}

/** Places the trades of one symbol in samples from `first` on. */
async function placeSymbol(
  { symbol, points, states, first }: { symbol: TradedSymbol; points: EntryPoints; states: Int32Array; first: number },
  { settings, runner, control, run }: EntriesTest,
): Promise<readonly PlacedSamples[]> {
  const { buy, sell, feeBps, feePerUnit, last } = points;
  const { count, entries, lengths, sides, held } = symbol.trades;
  const samples = states.length / 4;
  const inputOf = (from: number, to: number): EntryTaskInput => ({
    prices: { buy, sell, feeBps, feePerUnit },
    trades: { count, entries, lengths, sides, held },
    last,
    warmup: settings.warmup,
    states: states.slice(4 * from, 4 * to),
  });
  // A placement takes about ten steps of a bootstrap per trade.
  const steps = 10 * count;
  const most = runner === undefined ? samplesAtOnce(steps) : samplesPerTask(samples, steps, runner);
  const pacer = createPacer({ signal: control.signal });
  const parts: Promise<PlacedSamples>[] = [];
  for (let from = 0; from < samples; from += most) {
    const input = inputOf(from, Math.min(samples, from + most));
    const output = runner === undefined ? Promise.resolve(entrySamples(input, undefined)) : runner.entries(input);
    const part = output.then((done) => {
      // The samples of a test are done when those of all of its symbols are.
      control.onSamples(done.growths.length / run.symbols.length);
      return { from: first + from, output: done };
    });
    // An abort of this thread must not leave the rejections of others unhandled.
    part.catch(() => undefined);
    parts.push(part);
    await pacer.pause();
  }
  return await Promise.all(parts);
}

function addSamples(sums: EntrySums, parts: readonly PlacedSamples[]): void {
  for (const { from, output } of parts)
    for (let sample = 0; sample < output.growths.length; sample++)
      sums.addSample(from + sample, output.growths[sample] as number, output.gains[sample] as number);
}

/** The joint spread of the symbols, to be added up; undefined for one symbol. */
function spreadOf(run: JudgedRun): JointSpread | undefined {
  if (run.symbols.length < 2) return undefined;
  function* times(): Generator<{ readonly time: Float64Array }, void, void> {
    for (const symbol of run.symbols) yield { time: milliseconds(barTimes(run, symbol), run.dataset.series(symbol)) };
  }
  return createJointSpread(timesOfAll(times()));
}

/**
 * The test of random entries. Symbols are read one after the other, so that the prices of few are in memory: their
 * samples follow each other on one generator, of which a first pass records the states.
 */
export async function testEntries(test: EntriesTest): Promise<RandomEntries | undefined> {
  const { run, settings, runner, mostStates = usualStates } = test;
  const { samples, seed } = settings;
  const symbols = tradedSymbols(run);
  const sums = createEntrySums(
    symbols.map(({ trades }) => trades),
    samples,
  );
  if (sums === undefined) return undefined;
  const traded = symbols.filter(({ trades }) => trades.count > 0);
  const spread = spreadOf(run);
  const random = createRandomNumbers(seed);
  const perPass = Math.max(1, Math.min(samples, Math.floor(mostStates / traded.length)));
  for (let first = 0; first < samples; first += perPass) {
    const states = await recordStates(random, traded, Math.min(perPass, samples - first), test);
    const running: Promise<readonly PlacedSamples[]>[] = [];
    const finish = async (): Promise<void> => addSamples(sums, (await running.shift()) ?? []);
    for (const symbol of symbols) {
      const place = traded.indexOf(symbol);
      if (first > 0 && place < 0) continue;
      const bars = entryBars(run, symbol.symbol);
      const fill = entryFill(run.config, run.dataset.series(symbol.symbol));
      const points = entryPoints(symbol.symbol, bars, fill, run.config);
      if (first === 0) {
        sums.addActual(points, symbol.trades);
        spread?.add({ time: bars.time, points, trades: symbol.trades });
      }
      if (place < 0) continue;
      if (running.length > (runner?.concurrency ?? 0)) await finish();
      const placed = placeSymbol({ symbol, points, states: states[place] as Int32Array, first }, test);
      placed.catch(() => undefined);
      running.push(placed);
    }
    while (running.length > 0) await finish();
  }
  return sums.result(seed, spread?.value() ?? 1);
}
