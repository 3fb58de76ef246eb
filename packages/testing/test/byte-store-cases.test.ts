import { AtcError, assertStoreKey, type ByteStore, throwIfAborted } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { byteStoreCases } from "../src/index.ts";

interface Flaws {
  /** The time of the access that a read keeps, instead of the current time. */
  readonly timeOfRead?: (known: number) => number;
  readonly ignoresTouch?: boolean;
}

/** A store in memory without ranges, correct unless it gets flaws. */
function mapStore({ timeOfRead = () => Date.now(), ignoresTouch = false }: Flaws = {}): ByteStore {
  const entries = new Map<string, { readonly value: Uint8Array; accessedAt: number }>();
  let isClosed = false;
  const check = (key: string): void => {
    if (isClosed) throw new AtcError("ATC_CLOSED", "the store is disposed; open it again");
    assertStoreKey(key);
  };
  return {
    async get(key, options) {
      check(key);
      throwIfAborted(options?.signal);
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (ignoresTouch || options?.touch !== false) entry.accessedAt = timeOfRead(entry.accessedAt);
      return Uint8Array.from(entry.value);
    },
    async set(key, value, options) {
      check(key);
      throwIfAborted(options?.signal);
      entries.set(key, { value: Uint8Array.from(value), accessedAt: Date.now() });
    },
    async delete(key) {
      check(key);
      return entries.delete(key);
    },
    async *list(prefix = "") {
      check("list");
      for (const [key, { value, accessedAt }] of entries)
        if (key.startsWith(prefix)) yield { key, size: value.length, accessedAt };
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
    },
  };
}

/** The names of the cases that a store fails. */
async function failures(create: () => ByteStore): Promise<readonly string[]> {
  const names: string[] = [];
  for (const { name, run } of byteStoreCases(create)) {
    try {
      await run();
    } catch {
      names.push(name);
    }
  }
  return names;
}

const accessLaw = "keeps the time of the last access, which a read without touch does not change";

describe("byteStoreCases", () => {
  it("passes a correct store", async () => {
    expect(await failures(() => mapStore())).toEqual([]);
  });

  it.each<[string, Flaws]>([
    ["ignores `touch: false`", { ignoresTouch: true }],
    ["never changes the time of the last access", { timeOfRead: (known) => known }],
    ["resets the time of the last access", { timeOfRead: () => 0 }],
  ])("finds a store that %s", async (_, flaws) => {
    expect(await failures(() => mapStore(flaws))).toEqual([accessLaw]);
  });
});
