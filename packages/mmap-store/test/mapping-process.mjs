// Prints as JSON how many mappings of segments this process has at each step of the use of a dataset. Run it with
// --expose-gc.
import { readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { mmapStore } from "@atc/mmap-store";

const [directory] = process.argv.slice(2);
const store = mmapStore({ directory, backend: "mmap" });

function countMaps() {
  return readFileSync("/proc/self/maps", "utf8")
    .split("\n")
    .filter((line) => line.includes(directory)).length;
}

async function collected(count) {
  for (let i = 0; i < 50 && countMaps() !== count; i++) {
    globalThis.gc();
    await setImmediate();
  }
  return countMaps();
}

async function viewOfDisposed(answer) {
  const dataset = await store.open("d");
  const view = dataset.series("A").window("close", 0, 10_000);
  answer.whileOpen = countMaps();
  dataset[Symbol.dispose]();
  return view;
}

async function forgotten() {
  const dataset = await store.open("d");
  return dataset.series("A").window("close", 0, 1).length;
}

async function disposed(answer) {
  const view = await viewOfDisposed(answer);
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await setImmediate();
  }
  answer.viewAfterDispose = view.length;
  answer.valueAfterDispose = view[9999] ?? null;
  answer.mapsWithView = countMaps();
}

const answer = {};
await disposed(answer);
answer.mapsWithoutView = await collected(0);
await forgotten();
answer.mapsOfForgotten = await collected(0);
process.stdout.write(JSON.stringify(answer));
