import type { Sampler, Space, SweepConfiguration } from "@atc/sweep";
import type { Wave } from "./unit-costs.ts";

/** What a sampler asks for. */
export interface PlannedWork {
  /** The valid configurations, each once per evaluation. */
  readonly configurations: readonly SweepConfiguration[];
  readonly waves: readonly Wave[];
  /** Whether these are all. */
  readonly isWhole: boolean;
}

/** The most evaluations that are planned, and the most waves, because proposals take time. */
const mostPlanned = 100_000;
const mostWaves = 64;

/**
 * Asks a sampler for its candidates and gives all of them the same score. So the number of evaluations in each round,
 * and their parts of the bars, are those of the sweep, but not which configurations reach the next round.
 */
export function plannedWork(sampler: Sampler, space: Space): PlannedWork {
  const configurations: SweepConfiguration[] = [];
  const waves: Wave[] = [];
  let asked = 0;
  let open: { readonly index: number; readonly score: number }[] = [];
  let wave: Wave | undefined;
  const endWave = (): void => {
    if (wave !== undefined) waves.push(wave);
    wave = undefined;
    sampler.tell(open);
    open = [];
  };
  while (!sampler.isDone && asked < mostPlanned && waves.length < mostWaves) {
    const candidates = sampler.ask();
    if (candidates.length === 0 && open.length === 0) break;
    if (candidates.length === 0) endWave();
    for (const { index, values, span } of candidates) {
      open.push({ index, score: 0 });
      wave = { configurations: (wave?.configurations ?? 0) + 1, span };
      try {
        configurations.push(space.configuration(values));
      } catch {
        // Its row will have the error.
      }
    }
    asked += candidates.length;
  }
  const isWhole = sampler.isDone;
  if (wave !== undefined) waves.push(wave);
  return { configurations, waves, isWhole };
}
