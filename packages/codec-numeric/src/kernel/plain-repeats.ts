import type { MemoryViews } from "./memory-views.ts";
import type { NumericKernel } from "./numeric-kernel.ts";

/** Twin of `assembly/repeats.ts`. */
export function plainRepeats({
  integers,
  naturals,
}: MemoryViews): Pick<NumericKernel, "splitRuns" | "joinRuns" | "separate" | "combine"> {
  return {
    splitRuns(values, count, heads, lengths) {
      let runs = 0;
      for (let begin = 0, at = 1; at <= count; at++) {
        if (at < count && integers[values / 8 + at] === integers[values / 8 + begin]) continue;
        integers[heads / 8 + runs] = integers[values / 8 + begin];
        integers[lengths / 8 + runs] = BigInt(at - begin - 1);
        runs++;
        begin = at;
      }
      return runs;
    },
    joinRuns(heads, lengths, runs, values, count) {
      let at = 0;
      for (let run = 0; run < runs; run++) {
        const length = naturals[lengths / 8 + run];
        if (length >= BigInt(count - at)) return 0;
        const end = at + Number(length) + 1;
        integers.fill(integers[heads / 8 + run], values / 8 + at, values / 8 + end);
        at = end;
      }
      return at === count ? 1 : 0;
    },
    separate(values, count, common, commonCount, ranks, rest) {
      const rankOf = new Map<bigint, bigint>();
      for (let rank = commonCount; rank > 0; rank--) rankOf.set(integers[common / 8 + rank - 1], BigInt(rank));
      let others = 0;
      for (let i = 0; i < count; i++) {
        const value = integers[values / 8 + i];
        const rank = rankOf.get(value) ?? 0n;
        integers[ranks / 8 + i] = rank;
        if (rank === 0n) integers[rest / 8 + others++] = value;
      }
      return others;
    },
    combine(ranks, count, common, commonCount, rest, restCount, values) {
      let others = 0;
      for (let i = 0; i < count; i++) {
        const rank = naturals[ranks / 8 + i];
        if (rank > BigInt(commonCount) || (rank === 0n && others === restCount)) return 0;
        const from = rank === 0n ? rest / 8 + others++ : common / 8 + Number(rank) - 1;
        integers[values / 8 + i] = integers[from];
      }
      return others === restCount ? 1 : 0;
    },
  };
}
