// Records what an operation does to a folder: `record.js OPERATION FOLDER OUTPUT`. It is a process of its own, so that
// the locks in the images are those of a process that has ended.
import { lstatSync, writeFileSync } from "node:fs";
import { serialize } from "node:v8";
import { observe, patchFileSystem } from "../files/patch-fs.js";
import { arm, disarm } from "../files/plan.js";
import { addDifference } from "./effects.js";
import { scan } from "./tree.js";

await patchFileSystem();
const { operationsOf } = await import("../operations/index.js");

const [name, folder, output] = process.argv.slice(2);
const operation = operationsOf(name).find((one) => one.name === name);
await operation.prepare(folder);
const before = await operation.state(folder);
const start = scan(folder);
const trace = { nodes: new Map(), effects: [] };
let last = start;

function addEffects(isOne) {
  const next = scan(folder);
  addDifference(trace, last, next, isOne);
  last = next;
}

function idOf(path) {
  if (path === folder) return "root";
  try {
    return String(lstatSync(path).ino);
  } catch {
    return undefined;
  }
}

observe({
  before(call) {
    if (call.kind !== "sync") return undefined;
    // Calls at the same time may have changed something that is not recorded yet. It comes after the sync.
    return { id: idOf(call.path), until: trace.effects.length };
  },
  after(call, begun) {
    addEffects(call.name === "rename");
    if (begun?.id !== undefined) trace.effects.push({ kind: "sync", ...begun });
  },
});
arm(folder, undefined);
await operation.run(folder);
disarm();
observe(undefined);
addEffects(false);
const after = await operation.state(folder);
writeFileSync(output, serialize({ before, after, start, trace }));
