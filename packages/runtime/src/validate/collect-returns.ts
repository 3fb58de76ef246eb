import { type OperationOptions, throwIfAborted } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";
import type { PortfolioReturns } from "../evaluate/portfolio-returns.ts";
import type { ReturnSpool } from "./return-spool.ts";

/** Computes bar returns of a sweep's configurations. */
export interface ReturnSource {
  /** Number of units that are computed at the same time. */
  readonly concurrency: number;
  /** The returns of one or more configurations, without those that have no portfolio. */
  run(
    configurations: readonly SweepConfiguration[],
    signal: AbortSignal | undefined,
  ): Promise<readonly PortfolioReturns[]>;
}

/** What {@link collectReturns} needs. */
export interface CollectReturnsOptions extends OperationOptions {
  readonly source: ReturnSource;
  /** The configurations by their place in the spool. */
  readonly configurations: readonly SweepConfiguration[];
  /** The returns of one of them, with whose times all others must agree. */
  readonly reference: PortfolioReturns;
  readonly spool: ReturnSpool;
}

/** The most bytes of returns that a unit has, unless one configuration has more. */
const unitBytes = 32 * 2 ** 20;

function isComparable(one: PortfolioReturns, { returns, firstTime, lastTime }: PortfolioReturns): boolean {
  const sameTimes = one.firstTime === firstTime && one.lastTime === lastTime;
  return sameTimes && one.returns.length === returns.length && one.returns.every(Number.isFinite);
}

/**
 * Writes the returns of configurations to a spool. Returns their places, rising, without those that have no returns,
 * returns at other times, or returns that are not finite, because they lost all.
 */
export async function collectReturns(options: CollectReturnsOptions): Promise<readonly number[]> {
  const { source, configurations, reference, spool, signal, onProgress } = options;
  const { place: known, returns } = reference;
  const wanted = [...configurations.keys()].filter((place) => place !== known);
  const rows = returns.length;
  const most = Math.floor(unitBytes / (Float64Array.BYTES_PER_ELEMENT * Math.max(1, rows)));
  const size = Math.max(1, Math.min(most, Math.ceil(wanted.length / source.concurrency)));
  const found = [known];
  let [next, done] = [0, 1];
  spool.write(known, returns);

  async function work(): Promise<void> {
    while (next < wanted.length) {
      throwIfAborted(signal);
      const places = wanted.slice(next, next + size);
      next += places.length;
      const unit = places.map((place) => configurations[place] as SweepConfiguration);
      for (const one of await source.run(unit, signal)) {
        if (!isComparable(one, reference)) continue;
        const place = places[one.place] as number;
        spool.write(place, one.returns);
        found.push(place);
      }
      done += places.length;
      onProgress?.({ phase: "validating", done, total: configurations.length, unit: "configurations" });
    }
  }

  const workers = Array.from({ length: Math.max(1, source.concurrency) }, work);
  // The spool must not be closed while a unit is still written to it.
  const ended = await Promise.allSettled(workers);
  for (const one of ended) if (one.status === "rejected") throw one.reason;
  return found.sort((a, b) => a - b);
}
