import { averageKinds } from "@atc/contract";
import type { SignalTable } from "@atc/runtime";
import { textTable } from "../text/text-table.ts";

type SignalDiagnostics = SignalTable["diagnostics"];

const columns = [
  { title: "average", align: "left" },
  { title: "weight", align: "right" },
  { title: "share", align: "right" },
  { title: "votes long", align: "right" },
  { title: "heaviest length", align: "right" },
  { title: "its share", align: "right" },
] as const;

function share(part: number, all: number): string {
  return Number.isFinite(part / all) ? `${((100 * part) / all).toFixed(0)} %` : "-";
}

/**
 * The weight of each average kind in the average signal at the last bar, and of its heaviest length, then the growth
 * of returns; undefined if there are no weights.
 */
export function signalWeights(diagnostics: SignalDiagnostics): string | undefined {
  const { weights, lengthWeights, largestGrowth, floorShare } = diagnostics;
  const kinds = averageKinds.filter((kind) => Number.isFinite(weights[kind]));
  // Cached results of an earlier release do not have the weights of lengths.
  const lengths = lengthWeights as SignalDiagnostics["lengthWeights"] | undefined;
  if (kinds.length === 0) return undefined;
  const total = kinds.reduce((sum, kind) => sum + weights[kind], 0);
  const rows = kinds.map((kind) => {
    const nine = lengths?.[kind] ?? [];
    const all = nine.reduce((sum, { weight }) => sum + weight, 0);
    const [heaviest] = [...nine].sort((a, b) => b.weight - a.weight);
    return [
      kind.toUpperCase(),
      weights[kind].toFixed(2),
      share(weights[kind], total),
      heaviest === undefined ? "-" : `${nine.filter(({ vote }) => vote > 0).length} of ${nine.length}`,
      heaviest === undefined ? "-" : String(heaviest.length),
      heaviest === undefined ? "-" : share(heaviest.weight, all),
    ];
  });
  const growth = `returns weigh ${largestGrowth.toFixed(3)} times as much as at the start; ${(100 * floorShare).toFixed(1)} % of the equities are at the floor`;
  return `${textTable(columns, rows)}\n${growth}`;
}
