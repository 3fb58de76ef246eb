import { notableShare, type VolumeShares } from "../parts/volume-shares.ts";
import type { volumeNames } from "../table/metric-names.ts";
import type { FigureContext, Figures } from "./figure-context.ts";

/** The figures of the volume of bars; undefined if nothing needs them. */
export function volumeFigures(
  { totals }: FigureContext,
  shares: VolumeShares | undefined,
): Figures<(typeof volumeNames)[number]> | undefined {
  if (shares === undefined) return undefined;
  const volumeShareP95 = shares.p95();
  return {
    volumeShareP95,
    volumeShareMax: shares.largest,
    capacity: totals.isProportional === true ? (totals.statistics.first * notableShare) / volumeShareP95 : Number.NaN,
  };
}

function percent(part: number): string {
  return `${Number((part * 100).toPrecision(3))} %`;
}

/** What a trader must know about fills that are large beside the volume of their bars; undefined if none is. */
export function volumeWarning(shares: VolumeShares | undefined): string | undefined {
  if (shares === undefined || !(shares.largest > notableShare)) return undefined;
  const { impossible, count } = shares;
  const p95 = shares.p95();
  const advice = "these prices could hardly have been traded; use less capital, or a more liquid symbol";
  if (impossible > 0)
    return `${impossible} of ${count} fills are in bars without volume${p95 === Number.POSITIVE_INFINITY ? "" : `, and 95 % of the fills take at most ${percent(p95)} of the volume of their bar`}; ${advice}`;
  return `fills take up to ${percent(shares.largest)} of the volume of their bar, 95 % of them at most ${percent(p95)}; above ${percent(notableShare)} ${advice}`;
}
