import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deserialize } from "node:v8";
import { newFolder } from "../new-folder.js";
import { imagesOf } from "./images.js";
import { walk } from "./tree.js";

function record(operation, base) {
  const folder = join(base, "recorded");
  const output = join(base, "trace");
  mkdirSync(folder);
  const script = fileURLToPath(new URL("record.js", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, operation.name, folder, output], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`"${operation.name}" cannot be recorded: ${stderr}`);
  return deserialize(readFileSync(output));
}

/** Writes a tree to an empty folder. */
function restore(tree, folder) {
  walk(tree, (path, { type, mode, bytes }) => {
    const target = join(folder, path);
    if (type === "folder") {
      if (path !== "") mkdirSync(target);
    } else {
      writeFileSync(target, bytes);
      chmodSync(target, mode);
    }
  });
}

async function described(action) {
  try {
    return await action();
  } catch (error) {
    return `error: ${error?.stack ?? error}`;
  }
}

/** What is wrong with an image; undefined if nothing is. */
async function violation(operation, folder, { before, after, isComplete }) {
  const state = await described(() => operation.state(folder));
  const complete = [after, ...(operation.tolerated?.(before, after) ?? [])];
  const allowed =
    isComplete && operation.isDurable ? complete : [before, ...complete, ...(operation.between?.(before, after) ?? [])];
  if (!allowed.includes(state)) return `the state is ${state}`;
  if (state !== before || before === after) return undefined;
  // A damaged leftover must not stop the work.
  const again = await described(async () => void (await operation.run(folder)));
  if (again !== undefined) return `the operation cannot be repeated: ${again}`;
  const repeated = await described(() => operation.state(folder));
  return complete.includes(repeated) ? undefined : `the repeated operation leaves ${repeated}`;
}

/**
 * Opens each image that a crash within an operation may leave.
 *
 * @param {import("../operations/operation.js").Operation} operation
 * @param {{ readonly seed?: number, readonly stride?: number }} [options] - of each `stride` images, one is opened
 */
export async function everyImage(operation, { seed = 1, stride = 1 } = {}) {
  const base = await newFolder();
  try {
    const { before, after, start, trace } = record(operation, base);
    const report = { operation: operation.name, effects: trace.effects.length, images: 0, violations: [] };
    let serial = 0;
    for (const { tree, crash, end, isComplete } of imagesOf(start, trace, seed)) {
      if (serial++ % stride !== 0) continue;
      const folder = join(base, `image-${serial}`);
      mkdirSync(folder);
      restore(tree, folder);
      const what = await violation(operation, folder, { before, after, isComplete });
      if (what !== undefined) report.violations.push(`${crash}, after ${end} of ${trace.effects.length}: ${what}`);
      report.images++;
      rmSync(folder, { recursive: true, force: true });
    }
    return report;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}
