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
    sharedGaps: sum((quality) => quality.gaps.shared ?? 0),
    identical: sum((quality) => quality.duplicates.identical),
    revertingJumps: sum((quality) => quality.jumps.reverting ?? 0),
    zeroVolumes: sum((quality) => quality.zeroVolumes.count),
    badVolumes: sum((quality) => quality.badVolumes.count),
    ohlcViolations: sum((quality) => quality.ohlcViolations.count),
    opensOutsideRange: sum((quality) => quality.opensOutsideRange?.count ?? 0),
    openJumps: sum((quality) => quality.openJumps?.count ?? 0),
    flatBars: sum((quality) => quality.flatBars.count),
    missingPrices: sum((quality) => quality.missingPrices.count),
    nonPositivePrices: sum((quality) => quality.nonPositivePrices.count),
    jumps: sum((quality) => quality.jumps.count),
  };
}
