import { createHash } from "node:crypto";
import { cacheFs } from "@atc/cache-fs";

function bytesOf(seed, length) {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + seed) % 251);
}

async function within(folder, options, action) {
  const store = await cacheFs({ directory: folder, fsync: true, ...options });
  try {
    await action(store);
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

const keys = ["a", "v1/b", "v1/c", "v1/deep/er/d"];

/** The values of all keys as text. What `list` says must agree with them. */
async function content(folder) {
  const found = [];
  await within(folder, {}, async (store) => {
    const listed = new Map();
    for await (const { key, size } of store.list()) listed.set(key, size);
    for (const key of keys) {
      const value = await store.get(key, { touch: false });
      if (listed.get(key) !== value?.length && listed.has(key))
        found.push(`${key} is listed with ${listed.get(key)} bytes and has ${value?.length}`);
      if (value !== undefined)
        found.push(`${key}=${value.length}/${createHash("sha1").update(value).digest("hex").slice(0, 6)}`);
      listed.delete(key);
    }
    for (const key of listed.keys()) found.push(`"${key}" is listed`);
  });
  return found.join(" ");
}

/** @returns {import("./operation.js").Operation} */
function storeOperation(
  name,
  { prepare = async () => undefined, run, options = {}, between, tolerated, isDurable = true },
) {
  return {
    name: `cache ${name}`,
    prepare: (folder) => within(folder, {}, prepare),
    run: (folder) => within(folder, options, run),
    state: content,
    isDurable,
    ...(between === undefined ? {} : { between }),
    ...(tolerated === undefined ? {} : { tolerated }),
  };
}

let leases = 0;

async function fill(store) {
  await store.set("a", bytesOf(1, 3000));
  await store.set("v1/b", bytesOf(2, 40));
}

/** An interrupted eviction may have removed any old entries before the new one is there. */
function evicted(before, after) {
  return remaining(before).flatMap((entries) => [entries, `${entries} ${after}`.trim()]);
}

/** What is left of the entries after some of them are removed. */
function remaining(before) {
  const entries = before.split(" ");
  return Array.from({ length: 2 ** entries.length }, (_, bits) => entries.filter((_, i) => (bits >> i) & 1).join(" "));
}

/** @type {readonly import("./operation.js").Operation[]} */
export const cacheOperations = [
  storeOperation("put", { prepare: fill, run: (store) => store.set("v1/deep/er/d", bytesOf(4, 5000)) }),
  storeOperation("put, first of all", { run: (store) => store.set("v1/deep/er/d", bytesOf(4, 5000)) }),
  storeOperation("put, replacing", { prepare: fill, run: (store) => store.set("a", bytesOf(5, 2000)) }),
  storeOperation("put, evicting", {
    prepare: fill,
    options: { maxBytes: 5000 },
    run: (store) => store.set("v1/c", bytesOf(6, 4990)),
    between: evicted,
    // A file that the system refuses to remove stays, and does not make the write fail. Removals are not synced.
    tolerated: (before, after) => remaining(before).map((entries) => `${entries} ${after}`.trim()),
  }),
  storeOperation("get", {
    prepare: fill,
    run: async (store) => {
      const whole = await store.get("a");
      const range = await store.getRange("a", { offset: 100, length: 1100 });
      const expected = bytesOf(1, 3000);
      if (Buffer.compare(whole, expected) !== 0) throw new RangeError("get returned another value");
      if (Buffer.compare(range, expected.subarray(100, 1200)) !== 0)
        throw new RangeError("getRange returned other bytes");
      if ((await store.get("v1/c")) !== undefined) throw new RangeError("there is no such key");
    },
  }),
  storeOperation("delete", {
    prepare: fill,
    isDurable: false,
    run: async (store) => {
      if (!(await store.delete("a"))) throw new RangeError("there was nothing to delete");
    },
  }),
  storeOperation("lease", {
    prepare: fill,
    run: async (store) => {
      // A lease that could not be released stays until its deadline.
      const key = `lease-${leases++}`;
      const lease = await store.acquire(key, { ttlMs: 60_000 });
      if (lease === undefined) throw new RangeError("nobody holds the lease");
      try {
        if (!(await lease.renew())) throw new RangeError("nobody took the lease");
        if ((await store.acquire(key, { ttlMs: 60_000 })) !== undefined) throw new RangeError("two hold the lease");
      } finally {
        await lease[Symbol.asyncDispose]();
      }
    },
  }),
  storeOperation("tallies", {
    prepare: fill,
    run: async (store) => {
      store.tallies.add({ hits: 1 });
      await store.tallies.read();
    },
  }),
];
