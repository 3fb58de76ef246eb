// A process of a soak: works until it is killed or its parent closes the channel. The parent has started it with
// --expose-gc.
import { readdirSync, readFileSync } from "node:fs";
import { isAtcError } from "@atc/contract";
import { generator } from "../generator.js";
import { worksOf } from "./work.js";

const { folder, inputs, seed, quiet } = JSON.parse(process.argv[2]);
const random = generator(seed);
const works = worksOf({ folder, inputs, random, quiet });
const names = Object.keys(works);

/** What a process must not collect over time. */
function resources() {
  globalThis.gc?.();
  const status = readFileSync("/proc/self/status", "utf8");
  const maps = readFileSync("/proc/self/maps", "utf8").split("\n");
  return {
    descriptors: readdirSync("/proc/self/fd").length,
    mappings: maps.filter((line) => line.includes("seg-")).length,
    threads: Number(/^Threads:\s+(\d+)/m.exec(status)?.[1]),
    heap: process.memoryUsage().heapUsed,
    resident: process.memoryUsage().rss,
  };
}

async function outcomeOf(name) {
  try {
    await works[name]();
    return {};
  } catch (error) {
    if (isAtcError(error)) return { code: error.code, message: error.message };
    return { fault: String(error?.stack ?? error) };
  }
}

let isOver = false;
process.on("disconnect", () => {
  isOver = true;
});
while (!isOver && process.connected) {
  const name = random.pick(names);
  const outcome = await outcomeOf(name);
  // The parent may be gone meanwhile.
  process.send?.({ name, ...outcome, resources: resources() }, undefined, undefined, () => undefined);
  await new Promise(setImmediate);
}
