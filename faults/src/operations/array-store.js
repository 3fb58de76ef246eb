import { mmapStore } from "@atc/mmap-store";
import { appendBars, contentOf, createBars } from "./bars.js";

const segmentBytes = 16_384;
const length = 1100;

function storeIn(directory, keepGenerations = 0, backend = "read") {
  return mmapStore({ directory, segmentBytes, keepGenerations, backend });
}

/**
 * An operation on the dataset `d`. `prepare` makes the state before it, `run` is done under faults.
 *
 * @returns {import("./operation.js").Operation}
 */
function datasetOperation(name, { prepare = async () => undefined, run, keep = 0, backend = "read" }) {
  const within = async (folder, action) => {
    const store = storeIn(folder, keep, backend);
    try {
      await action(store);
    } finally {
      await store[Symbol.asyncDispose]();
    }
  };
  return {
    name,
    prepare: (folder) => within(folder, prepare),
    run: (folder) => within(folder, run),
    state: (folder) => contentOf(storeIn(folder)),
    // The next lock removes what a fault left.
    tidy: (folder) => within(folder, async (store) => (await store.lock("d"))[Symbol.asyncDispose]()),
    isDurable: true,
  };
}

const create = (store) => createBars(store, length, 1);
const replace = (store) => createBars(store, length + 100, 2);
const append = (store) => appendBars(store, { length, dropped: 20, rows: 70, seed: 3 });

async function compact(store) {
  const lock = await store.lock("d");
  try {
    await store.compact(lock);
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

/** @type {readonly import("./operation.js").Operation[]} */
export const datasetOperations = [
  datasetOperation("dataset create", { run: create }),
  datasetOperation("dataset replace", { prepare: create, run: replace }),
  datasetOperation("dataset replace, former kept", { prepare: create, run: replace, keep: 1 }),
  datasetOperation("dataset append", { prepare: create, run: append }),
  datasetOperation("dataset append, former kept", { prepare: create, run: append, keep: 1 }),
  datasetOperation("dataset compact", {
    prepare: async (store) => {
      await create(store);
      await append(store);
    },
    run: compact,
  }),
  datasetOperation("dataset delete", {
    prepare: create,
    run: async (store) => {
      await store.delete("d");
    },
  }),
  datasetOperation("dataset read", { prepare: create, run: async (store) => void (await contentOf(store)) }),
  datasetOperation("dataset read, mapped", {
    prepare: create,
    backend: "auto",
    run: async (store) => void (await contentOf(store)),
  }),
];
