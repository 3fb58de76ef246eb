import { createHash } from "node:crypto";
import { join } from "node:path";
import { cacheFs } from "@atc/cache-fs";
import { mmapStore } from "@atc/mmap-store";
import { appendBars, contentOf, createBars } from "../operations/bars.js";

function hashOf(bytes) {
  return bytes === undefined ? undefined : `${bytes.length}/${createHash("sha1").update(bytes).digest("hex")}`;
}

function bytesOf({ seed, length }) {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + seed) % 251);
}

/** Commands on a cache and on a store. */
export async function commandsOf(folder) {
  const cache = await cacheFs({ directory: join(folder, "cache") });
  const store = mmapStore({ directory: join(folder, "store"), segmentBytes: 16_384, keepGenerations: 0 });
  let held;
  return {
    async set({ key, value }) {
      await cache.set(key, bytesOf(value));
      return hashOf(bytesOf(value));
    },
    hash: ({ value }) => hashOf(bytesOf(value)),
    get: async ({ key }) => hashOf(await cache.get(key)),
    delete: ({ key }) => cache.delete(key),
    async list() {
      const found = {};
      for await (const { key, size } of cache.list()) found[key] = size;
      return found;
    },
    content: () => contentOf(store),
    create: ({ rows, seed }) => createBars(store, rows, seed),
    append: (plan) => appendBars(store, plan),
    async compact() {
      const lock = await store.lock("d");
      try {
        await store.compact(lock);
      } finally {
        await lock[Symbol.asyncDispose]();
      }
    },
    remove: () => store.delete("d"),
    async hold() {
      held = await store.lock("d");
    },
    async release() {
      await held?.[Symbol.asyncDispose]();
      held = undefined;
    },
  };
}
