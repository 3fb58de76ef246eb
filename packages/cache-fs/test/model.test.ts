import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CacheFs, cacheFs } from "../src/index.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

/** Two stores on one directory, and their expected content. */
interface Real {
  readonly directory: string;
  readonly stores: CacheFs[];
  /** Stores that are not disposed during the walk; they are closed after it. */
  readonly left: CacheFs[];
}
type Model = Map<string, Uint8Array>;
type Command = fc.AsyncCommand<Model, Real>;

const always = (): boolean => true;

function set(which: number, key: string, value: Uint8Array): Command {
  return {
    check: always,
    toString: () => `set(${which}, ${key}, ${value.length} bytes)`,
    async run(model, { stores }) {
      await stores[which]?.set(key, value);
      model.set(key, value);
    },
  };
}

function get(which: number, key: string): Command {
  return {
    check: always,
    toString: () => `get(${which}, ${key})`,
    async run(model, { stores }) {
      expect(await stores[which]?.get(key)).toEqual(model.get(key));
    },
  };
}

function remove(which: number, key: string): Command {
  return {
    check: always,
    toString: () => `delete(${which}, ${key})`,
    async run(model, { stores }) {
      expect(await stores[which]?.delete(key)).toBe(model.delete(key));
    },
  };
}

function list(which: number): Command {
  return {
    check: always,
    toString: () => `list(${which})`,
    async run(model, { stores }) {
      const sizes = new Map<string, number>();
      for await (const { key, size } of (stores[which] as CacheFs).list()) sizes.set(key, size);
      expect(sizes).toEqual(new Map([...model].map(([key, value]) => [key, value.length])));
      const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
      expect(stores[which]?.statistics).toMatchObject({ entries: sizes.size, bytes });
    },
  };
}

function reopen(which: number, dispose: boolean): Command {
  return {
    check: always,
    toString: () => `reopen(${which}, ${dispose ? "after disposal" : "as after a kill"})`,
    async run(_model, real) {
      const before = real.stores[which] as CacheFs;
      if (dispose) await before[Symbol.asyncDispose]();
      else real.left.push(before);
      real.stores[which] = await cacheFs({ directory: real.directory });
    },
  };
}

describe("two stores on one directory", () => {
  const newDirectory = temporaryDirectories();
  const which = fc.nat(1);
  const key = fc.constantFrom("a", "b/c", "b/d", "v1/00/e.npz");
  const commands = fc.commands(
    [
      fc.tuple(which, key, fc.uint8Array({ maxLength: 40 })).map((args) => set(...args)),
      fc.tuple(which, key).map((args) => get(...args)),
      fc.tuple(which, key).map((args) => remove(...args)),
      which.map(list),
      fc.tuple(which, fc.boolean()).map((args) => reopen(...args)),
    ],
    { maxCommands: 60 },
  );

  it("behave like one Map, whichever is used and however they are opened again", async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (steps) => {
        const directory = await newDirectory();
        const left: CacheFs[] = [];
        const stores = [await cacheFs({ directory }), await cacheFs({ directory })];
        await fc.asyncModelRun(() => ({ model: new Map(), real: { directory, stores, left } }), steps);
        for (const store of [...stores, ...left]) await store[Symbol.asyncDispose]();
      }),
      { numRuns: 60 },
    );
  });
});
