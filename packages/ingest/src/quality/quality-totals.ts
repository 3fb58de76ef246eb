import type { QualityTotals, SeriesQuality } from "./ingest-report.ts";

/** The sums over series. */
export function qualityTotals(series: readonly SeriesQuality[]): QualityTotals {
  const sum = (count: (quality: SeriesQuality) => number): number =>
    series.reduce((total, quality) => total + count(quality), 0);
  return {
    unsorted: sum((quality) => quality.unsorted),
    duplicates: sum((quality) => quality.duplicates.count),
    dropped: sum((quality) => quality.duplicates.dropped),
    gaps: sum((quality) => quality.gaps.count),
    zeroVolumes: sum((quality) => quality.zeroVolumes.count),
    badVolumes: sum((quality) => quality.badVolumes.count),
    ohlcViolations: sum((quality) => quality.ohlcViolations.count),
    flatBars: sum((quality) => quality.flatBars.count),
    missingPrices: sum((quality) => quality.missingPrices.count),
    nonPositivePrices: sum((quality) => quality.nonPositivePrices.count),
    jumps: sum((quality) => quality.jumps.count),
  };
}
