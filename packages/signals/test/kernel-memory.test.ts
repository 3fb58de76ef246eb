import fc from "fast-check";
import { afterEach, expect, it } from "vitest";
import { createSignalGraph } from "../src/index.ts";
import { kernelSpace } from "../src/wasm/kernel-space.ts";
import { createSlotBook } from "../src/wasm/slot-book.ts";
import { randomWalk } from "./price-walks.ts";

interface WebAssemblyMemories {
  Memory: new (limits: { readonly initial: number }) => object;
}

const { WebAssembly: code } = globalThis as unknown as { readonly WebAssembly: WebAssemblyMemories };
const { Memory } = code;
afterEach(() => {
  code.Memory = Memory;
});

/** Counts the WebAssembly memories that are created until the end of the test. */
function countMemories(): () => number {
  let created = 0;
  code.Memory = class extends Memory {
    constructor(limits: { readonly initial: number }) {
      super(limits);
      created++;
    }
  };
  return () => created;
}

const close = randomWalk(700, 5);

/** The directions of graphs that are too large for the common memory. */
function directionsOf(lambda: number): readonly (readonly number[])[] {
  const configs = Array.from({ length: 60 }, (_, i) => ({ emaLength: 10 + i, hmaLength: 70 - i, lambda }));
  using graph = createSignalGraph(configs, {
    symbols: 4,
    reread: (from, count) => ({ close: close.slice(from, from + count) }),
  });
  const columns: number[][] = configs.map(() => []);
  for (let symbol = 0; symbol < 4; symbol++)
    graph.push(
      { close },
      ({ count, directions }) => {
        for (const [i, row] of directions.entries()) columns[i]?.push(...row.subarray(0, count));
      },
      symbol,
    );
  return columns;
}

it("large graphs use the memory of earlier ones, and give the same directions", () => {
  const expected = [0.01, 0.05].map(directionsOf);
  const created = countMemories();
  for (let i = 0; i < 6; i++) expect([0.01, 0.05].map(directionsOf)).toEqual(expected);
  // Each of 12 graphs needs a memory per symbol. The collector may have freed some.
  expect(created()).toBeLessThan(24);
});

it("graphs at the same time have memories of their own", () => {
  const [expected] = [0.01].map(directionsOf);
  const configs = Array.from({ length: 60 }, (_, i) => ({ emaLength: 10 + i }));
  const reread = (from: number, count: number) => ({ close: close.slice(from, from + count) });
  using first = createSignalGraph(configs, { symbols: 2, reread });
  const rowsOf = (graph: typeof first): Int8Array[] => {
    const rows: Int8Array[] = [];
    graph.push({ close }, ({ count, directions }) => rows.push(...directions.map((row) => row.slice(0, count))));
    return rows;
  };
  using second = createSignalGraph(configs, { symbols: 2, reread });
  expect(directionsOf(0.01)).toEqual(expected);
  expect(rowsOf(second)).toEqual(rowsOf(first));
});

it("slots of any length do not overlap, and use the bytes of released ones", () => {
  const anySteps = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.nat()), { maxLength: 200 });
  fc.assert(
    fc.property(anySteps, (steps) => {
      const book = createSlotBook(1000);
      const slots: { readonly address: number; readonly bytes: number }[] = [];
      for (const [bytes, choice] of steps) {
        const [old] = choice % 3 === 0 ? slots.splice(choice % Math.max(1, slots.length), 1) : [];
        if (old !== undefined) book.release(old.address, old.bytes);
        else {
          const end = book.endAfter(bytes);
          const address = book.take(bytes);
          expect(book.end).toBe(end);
          for (const one of slots)
            expect(one.address >= address + bytes || address >= one.address + one.bytes).toBe(true);
          slots.push({ address, bytes });
        }
        expect(book.end).toBe(Math.max(1000, ...slots.map((one) => one.address + one.bytes)));
      }
      for (const one of slots) book.release(one.address, one.bytes);
      expect(book.end).toBe(1000);
    }),
  );
});

it("the common memory does not grow with computations of different lengths, one after the other", () => {
  const space = kernelSpace(100);
  const addresses = Array.from({ length: 20 }, (_, i) => {
    const lengths = [1000 + i, 2000 - i];
    const slots = lengths.map((length) => ({ length, address: space?.allocate(length) ?? 0 }));
    for (const { address, length } of slots) space?.release(address, length);
    return Math.max(...slots.map(({ address }) => address));
  });
  expect(Math.max(...addresses) - Math.min(...addresses)).toBeLessThan(8 * 3000);
});
