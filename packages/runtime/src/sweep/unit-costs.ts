/** A unit that was measured. */
export interface MeasuredUnit {
  /** Configurations of the unit. */
  readonly configurations: number;
  /** The time that it took, in ms. */
  readonly ms: number;
}

/** What units cost on one thread: `fixedMs + configurations * evaluationMs`. */
export interface UnitCosts {
  /** The time in which threads start and load their code, in ms. */
  readonly startMs: number;
  /** The time of a unit whatever its configurations, in ms: reading bars, and signals that all of them share. */
  readonly fixedMs: number;
  /** The time of each further configuration, in ms. */
  readonly evaluationMs: number;
  /** The units from which this was fitted, the smallest first. */
  readonly measured: readonly MeasuredUnit[];
}

/** How units are measured. */
export interface MeasureOptions {
  /** Configurations of a unit of the sweep, as far as it is known before. */
  readonly wanted: number;
  /** The time in ms. Default: `performance.now`. */
  readonly now?: () => number;
}

/** The first size. Each further one is so many times as large. */
const firstSize = 4;
const growth = 4;
/** A larger unit is measured only if it should end within this time. */
const mostMs = 2500;
/** A unit that takes less is measured again, because other work disturbs short times most. */
const leastMs = 250;

/** Fits a line through the two largest units. */
function fitted(measured: readonly MeasuredUnit[]): Pick<UnitCosts, "fixedMs" | "evaluationMs"> {
  const [small, large] = measured.slice(-2);
  if (small === undefined) return { fixedMs: 0, evaluationMs: 0 };
  if (large === undefined) return { fixedMs: 0, evaluationMs: small.ms / small.configurations };
  const slope = (large.ms - small.ms) / (large.configurations - small.configurations);
  const fixed = small.ms - slope * small.configurations;
  // A time that was disturbed gives a line that no unit can have.
  if (slope <= 0 || fixed < 0) return { fixedMs: 0, evaluationMs: large.ms / large.configurations };
  return { fixedMs: fixed, evaluationMs: slope };
}

/**
 * Measures units of rising sizes, up to that of the sweep's units or until one takes too long.
 *
 * @param run - evaluates the first configurations of the sweep, as a unit of it
 */
export async function measureUnits(
  run: (configurations: number) => Promise<void>,
  { wanted, now = () => performance.now() }: MeasureOptions,
): Promise<UnitCosts> {
  const timed = async (configurations: number): Promise<number> => {
    const startedAt = now();
    await run(configurations);
    return now() - startedAt;
  };
  const startMs = await timed(1);
  const measured: MeasuredUnit[] = [];
  for (let size = Math.min(firstSize, wanted); ; size = Math.min(growth * size, wanted)) {
    const first = await timed(size);
    const ms = first < leastMs ? Math.min(first, await timed(size)) : first;
    measured.push({ configurations: size, ms });
    if (size >= wanted || ms * growth > mostMs) break;
  }
  return { startMs, measured, ...fitted(measured) };
}

/** Evaluations that do not depend on each other's outcomes. */
export interface Wave {
  readonly configurations: number;
  /** The part of the bars. */
  readonly span: number;
}

/** What the time of a sweep depends on besides its costs. */
export interface SweepWork {
  readonly waves: readonly Wave[];
  /** Configurations of a unit, until times are known, and then. */
  readonly unitSize: { readonly first: number; readonly later: number };
  /** Units that run at the same time. */
  readonly concurrency: number;
}

/** The units of a wave: all threads get some of it, and units have at most their size. */
function unitsOf({ configurations }: Wave, { unitSize: { first, later }, concurrency }: SweepWork): number {
  const size = configurations <= concurrency * first ? first : later;
  return Math.max(Math.ceil(configurations / Math.max(1, size)), Math.min(concurrency, configurations));
}

/** The time of a sweep in ms. */
export function sweepMs({ startMs, fixedMs, evaluationMs }: UnitCosts, work: SweepWork): number {
  const waveMs = (wave: Wave): number => {
    const units = unitsOf(wave, work);
    // Bars after the span are read too.
    const ms = units * fixedMs + wave.configurations * evaluationMs * wave.span;
    return ms / Math.min(units, work.concurrency);
  };
  return startMs + work.waves.reduce((sum, wave) => sum + (wave.configurations === 0 ? 0 : waveMs(wave)), 0);
}
