// A process that does what its parent asks for, on a cache and on a store in the folder of its argument.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { cacheFs } from "@atc/cache-fs";
import { isAtcError } from "@atc/contract";
import { mmapStore } from "@atc/mmap-store";
import { appendBars, contentOf, createBars } from "../operations/bars.js";

const folder = process.argv[2];
const cache = await cacheFs({ directory: join(folder, "cache") });
const store = mmapStore({ directory: join(folder, "store"), segmentBytes: 16_384, keepGenerations: 0 });
const now = Date.now;
let held;

function hashOf(bytes) {
  return bytes === undefined ? undefined : `${bytes.length}/${createHash("sha1").update(bytes).digest("hex")}`;
}

function bytesOf({ seed, length }) {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + seed) % 251);
}

const commands = {
  /** Sets the clock of this process alone. Files get their times from the system. */
  jump({ ms }) {
    Date.now = () => now() + ms;
  },
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

process.on("message", async ({ id, name, options }) => {
  try {
    process.send?.({ id, result: await commands[name](options) });
  } catch (error) {
    process.send?.({ id, code: isAtcError(error) ? error.code : "NO_CODE", message: String(error?.stack ?? error) });
  }
});
process.on("disconnect", () => process.exit());
process.send?.({ id: 0 });
