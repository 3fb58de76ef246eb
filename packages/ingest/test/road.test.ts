import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ArrayStore, DataSource, Executor } from "@atc/contract";
import { inlineExecutor } from "@atc/executor-worker";
import { mmapStore } from "@atc/mmap-store";
import { csv } from "@atc/source-csv";
import { expect, it } from "vitest";
import type { DuplicatePolicy } from "../src/index.ts";
import { ingest } from "../src/index.ts";
import { type PlainBars, temporaryDirectories, writeBars, writePlainBars } from "./csv-files.ts";

const newDirectory = temporaryDirectories();
const modules = { "@atc/ingest": new URL("../dist/bundle/tasks.js", import.meta.url).href };
const plain = (bars: PlainBars = {}): string => writePlainBars(newDirectory(), bars);

/** An input, and its road: how slices are read, and how the dataset is written. */
interface Case {
  readonly path: () => string;
  readonly source?: (source: DataSource) => Promise<DataSource>;
  readonly store?: (store: ArrayStore) => ArrayStore;
  /** Default: 1 MB, in which files of 1 MB are cut into slices. */
  readonly memoryBytes?: number;
  readonly duplicates?: DuplicatePolicy;
  readonly wanted: string;
}

/** A source whose `countSlice` is changed by a statement. */
async function miscounting(source: DataSource, change: string): Promise<DataSource> {
  const sliced = await source.slices?.({ length: 1e9 });
  const module = join(newDirectory(), "reader.mjs");
  writeFileSync(
    module,
    `import * as reader from ${JSON.stringify(sliced?.module)};
    export const readSlice = reader.readSlice;
    export async function countSlice(...given) {
      let { symbols, rows, position } = await reader.countSlice(...given);
      symbols = [...symbols];
      ${change};
      return { symbols, rows, position };
    }`,
  );
  return {
    ...source,
    slices: async (options) => {
      const cut = await source.slices?.(options);
      return cut && { ...cut, module: `file://${module}` };
    },
  };
}

const badRow = (row: number): string | undefined => (row === 20_000 ? "S1,2020-01-01,x,1,1,1,1" : undefined);
const shortRow = (row: number): string | undefined => (row > 25_000 ? "S1,2021-01-01,1,1,1,1,1" : undefined);

const cases: Record<string, Case> = {
  "a file in order": { path: () => plain(), wanted: "places: kept" },
  "neighbouring bars swapped": { path: () => plain({ minute: (bar) => bar ^ 1 }), wanted: "places: kept" },
  "symbols of few rows": { path: () => plain({ symbols: 60 }), wanted: "places: kept" },
  "a bad row": { path: () => plain({ line: badRow }), wanted: "places: rewritten" },
  "a bad row of a symbol of few rows": {
    path: () => plain({ symbols: 60, line: badRow }),
    wanted: "places: rewritten",
  },
  "equal times of which one is left out": {
    path: () => plain({ minute: (bar) => (bar === 7000 ? 6999 : bar) }),
    wanted: "places: rewritten",
  },
  "equal times that are kept": {
    path: () => plain({ minute: (bar) => (bar === 7000 ? 6999 : bar) }),
    duplicates: "keep-all",
    wanted: "places: kept",
  },
  "newest row first": { path: () => plain({ minute: (bar) => 20_000 - bar }), wanted: "places: rewritten" },
  "a count that is too low": {
    path: () => plain(),
    source: (source) => miscounting(source, "rows[0]--"),
    wanted: "places, runs: rewritten",
  },
  "a count that is too high": {
    path: () => plain(),
    source: (source) => miscounting(source, "rows[0]++"),
    wanted: "places: rewritten",
  },
  "a symbol that was not counted": {
    path: () => plain(),
    source: (source) => miscounting(source, 'symbols[0] = "other"'),
    wanted: "places, runs: rewritten",
  },
  "a count that stops elsewhere": {
    path: () => plain(),
    source: (source) => miscounting(source, "position += 10"),
    wanted: "runs: rewritten",
  },
  "rows that become shorter after the start": {
    path: () => plain({ line: shortRow }),
    duplicates: "keep-all",
    wanted: "runs: rewritten",
  },
  "quotes with line ends in them": { path: () => writeBars(newDirectory(), 20_000), wanted: "runs: rewritten" },
  "a source without countSlice": {
    path: () => plain(),
    source: async (source) => ({
      ...source,
      slices: async (options) => {
        const cut = await source.slices?.(options);
        if (cut === undefined) return undefined;
        const module = join(newDirectory(), "reader.mjs");
        writeFileSync(module, `export { readSlice } from ${JSON.stringify(cut.module)};`);
        return { ...cut, module: `file://${module}` };
      },
    }),
    wanted: "runs: rewritten",
  },
  "a column of 32 bits": {
    path: () => plain(),
    source: async (source) => ({
      ...source,
      columns: source.columns.map((column) => (column.name === "volume" ? { ...column, type: "float32" } : column)),
    }),
    wanted: "runs: rewritten",
  },
  "a store without files of its own": {
    path: () => plain(),
    store: (store) => ({ ...store, layOut: undefined as never }),
    wanted: "runs: rewritten",
  },
  "a store without a scratch directory": {
    path: () => plain(),
    store: (store) => ({
      ...store,
      lock: async (name) => Object.assign(await store.lock(name), { scratch: undefined }),
    }),
    wanted: "memory: rewritten",
  },
  "a small file": { path: () => plain(), memoryBytes: 256 * 2 ** 20, wanted: "memory: rewritten" },
  "a file that cannot be cut": {
    path: () => plain(),
    source: async (source) => ({ ...source, slices: async () => undefined }),
    wanted: "memory: rewritten",
  },
  "a source without slices": {
    path: () => plain(),
    source: async ({ slices: _, ...source }) => source,
    wanted: "memory: rewritten",
  },
};

/**
 * The road of a case, seen from the tasks that run and the calls of the store:
 * `road, road: how the dataset is written`.
 */
async function roadOf({
  path,
  source = async (own) => own,
  store: change = (own) => own,
  ...rest
}: Case): Promise<string> {
  const { memoryBytes = 1_000_000, duplicates = "keep-last" } = rest;
  const roads = new Set<string>();
  const written: string[] = [];
  const store = mmapStore({ directory: newDirectory(), backend: "read" });
  const watched = change({
    ...store,
    layOut: async (...given) => {
      const layout = await store.layOut(...given);
      const { publish } = layout;
      return Object.assign(layout, {
        publish: (...attributes: Parameters<typeof publish>) => {
          written.push("kept");
          return publish(...attributes);
        },
      });
    },
    create: (...given) => {
      written.push("rewritten");
      return store.create(...given);
    },
  });
  await using inline = inlineExecutor({ modules });
  const executor: Executor = {
    ...inline,
    submit: (task, input, ...options) => {
      if (task.task.endsWith("#readSlice"))
        roads.add((input as { readonly places?: object }).places === undefined ? "runs" : "places");
      return inline.submit(task, input, ...options);
    },
  };
  await using rows = await csv(path(), { badRows: "skip" });
  await ingest(await source(rows), watched, { name: "d", memoryBytes, duplicates, executor });
  expect((await store.verify("d")).faults).toEqual([]);
  return `${[...roads].join(", ") || "memory"}: ${written.join(", ")}`;
}

for (const [name, input] of Object.entries(cases))
  it(`${name}: ${input.wanted}`, async () => {
    expect(await roadOf(input)).toBe(input.wanted);
  });
