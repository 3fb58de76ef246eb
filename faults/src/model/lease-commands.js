import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFs } from "@atc/cache-fs";
import { mmapStore } from "@atc/mmap-store";

const hour = 3_600_000;

/** Commands on the leases of a cache, and on the lock of a dataset. */
export async function commandsOf(folder) {
  const cache = await cacheFs({ directory: join(folder, "cache") });
  const store = mmapStore({ directory: join(folder, "store") });
  const held = new Map();
  const internal = join(folder, "cache", "~store-v1");
  return {
    /** Whether this process has the lease of a key now. Leases that it lost before are forgotten. */
    async acquire({ key }) {
      const lease = await cache.acquire(key, { ttlMs: hour });
      if (lease !== undefined) held.set(key, lease);
      return lease !== undefined;
    },
    renew: async ({ key }) => (await held.get(key)?.renew()) ?? false,
    async release({ key }) {
      await held.get(key)?.[Symbol.asyncDispose]();
      held.delete(key);
    },
    /** Lets all leases be older, as their file system sees it. */
    age({ ms }) {
      // The clock of this process may be wrong.
      const then = (performance.timeOrigin + performance.now() - ms) / 1000;
      if (!existsSync(internal)) return;
      for (const name of readdirSync(internal, { recursive: true }))
        if (/\.lease./.test(name)) utimesSync(join(internal, name), then, then);
    },
    leftovers: () => (existsSync(internal) ? readdirSync(internal).filter((name) => /lease\.tmp$/.test(name)) : []),
    async lock() {
      held.set("lock", await store.lock("d"));
    },
    async unlock() {
      await held.get("lock")?.[Symbol.asyncDispose]();
      held.delete("lock");
    },
    /** Lets the holder of the lock have another process id, as after a reuse of ids. */
    reuse({ pid }) {
      const place = join(folder, "store", "d", "LOCK");
      for (const name of readdirSync(place)) {
        const owner = JSON.parse(readFileSync(join(place, name), "utf8"));
        writeFileSync(join(place, name), JSON.stringify({ ...owner, pid }));
      }
    },
  };
}
