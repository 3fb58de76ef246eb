import type { Tallies } from "@atc/contract";

/** The use of the values of one kind, by all processes that share the store, as far as the store counts it. */
export interface KindUsage {
  /** The key's kind. */
  readonly kind: string;
  /** Values that came from memory. */
  readonly memoryHits: number;
  /** Values that came from the store. */
  readonly diskHits: number;
  /** Values that came from the remote store. */
  readonly remoteHits: number;
  /** Lookups without a usable value. */
  readonly misses: number;
  /** Computing time of the values that were found, in ms: the sum of their `costMs`. */
  readonly savedMs: number;
}

/** The use of all kinds. */
export interface Usage {
  /** The kinds in the order of their names. */
  readonly kinds: readonly KindUsage[];
  /** The time of the first lookup that counts, in ms since the epoch; undefined if there was none. */
  readonly since: number | undefined;
}

/** Counts lookups by kind. */
export interface UsageCounts {
  hit(kind: string, tier: "memory" | "disk" | "remote", savedMs: number): void;
  miss(kind: string): void;
  read(): Promise<Usage>;
  reset(): Promise<void>;
}

const counters = ["memoryHits", "diskHits", "remoteHits", "misses", "savedMs"] as const;

/** Counts in the tallies of a store, or in this process if the store has none. */
export function usageCounts(tallies: Tallies = processTallies()): UsageCounts {
  return {
    // A name is a counter and a kind, which may have blanks of its own.
    hit: (kind, tier, savedMs) => tallies.add({ [`${tier}Hits ${kind}`]: 1, [`savedMs ${kind}`]: savedMs }),
    miss: (kind) => tallies.add({ [`misses ${kind}`]: 1 }),
    async read() {
      const { amounts, since } = await tallies.read();
      return { kinds: kindsOf(amounts), since };
    },
    reset: () => tallies.reset(),
  };
}

function kindsOf(amounts: Readonly<Record<string, number>>): readonly KindUsage[] {
  const kinds = new Map<string, Record<(typeof counters)[number], number>>();
  for (const [name, amount] of Object.entries(amounts)) {
    const blank = name.indexOf(" ");
    const counter = counters.find((one) => one === name.slice(0, blank));
    const kind = name.slice(blank + 1);
    if (counter === undefined) continue;
    const sums = kinds.get(kind) ?? { memoryHits: 0, diskHits: 0, remoteHits: 0, misses: 0, savedMs: 0 };
    sums[counter] = amount;
    kinds.set(kind, sums);
  }
  return [...kinds].map(([kind, sums]) => ({ kind, ...sums })).sort((a, b) => (a.kind < b.kind ? -1 : 1));
}

/** Tallies of this process alone. */
function processTallies(): Tallies {
  const amounts = new Map<string, number>();
  let since: number | undefined;
  return {
    add(added) {
      since ??= Date.now();
      for (const [name, amount] of Object.entries(added)) amounts.set(name, (amounts.get(name) ?? 0) + amount);
    },
    read: async () => ({ amounts: Object.fromEntries(amounts), since }),
    async reset() {
      amounts.clear();
      since = undefined;
    },
  };
}
