import { readdirSync, readlinkSync } from "node:fs";
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAtcError } from "@atc/contract";
import { faults } from "../files/faults.js";
import { observe } from "../files/patch-fs.js";
import { arm, disarm } from "../files/plan.js";
import { newFolder } from "../new-folder.js";

/** @typedef {import("../operations/operation.js").Operation} Operation */

/**
 * @typedef {object} StepsReport
 * @property {string} operation
 * @property {number} steps - calls of `node:fs` on its folder
 * @property {number} injected - runs in which a call met a fault
 * @property {number} failed - runs that ended with an error
 * @property {number} unmet - runs in which no call met the fault
 * @property {readonly string[]} violations
 */

/** Descriptors of this process that refer to something within a folder. */
function descriptorsIn(folder) {
  const found = [];
  for (const fd of readdirSync("/proc/self/fd")) {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      if (path.startsWith(folder)) found.push(path.slice(folder.length));
    } catch {
      // It was the descriptor of the listing.
    }
  }
  return found;
}

async function leftoversIn(folder) {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /(^|\/)(\.(tmp|scratch|lock)-|LOCK$)/.test(name));
}

/** The kinds of the calls of this thread, in order. */
async function countedKinds(operation, folder) {
  const kinds = [];
  observe({ before: ({ kind }) => kinds.push(kind), after: () => undefined });
  arm(folder, undefined);
  await operation.run(folder);
  const { steps } = disarm();
  observe(undefined);
  return { kinds, steps };
}

async function outcomeOf(action) {
  try {
    await action();
    return undefined;
  } catch (error) {
    return error;
  }
}

async function describe(operation, folder) {
  try {
    return await operation.state(folder);
  } catch (error) {
    return `it cannot be read: ${error.message}`;
  }
}

/** What is wrong after a run that met a fault; undefined if nothing is. */
async function violation(operation, folder, { error, before, after }) {
  const open = descriptorsIn(folder);
  if (open.length > 0) return `descriptors stay open: ${open.join(", ")}`;
  if (error !== undefined && !isAtcError(error)) return `an error without a code: ${error?.stack ?? error}`;
  const state = await describe(operation, folder);
  const allowed =
    error === undefined
      ? [after, ...(operation.tolerated?.(before, after) ?? [])]
      : [before, after, ...(operation.between?.(before, after) ?? [])];
  if (!allowed.includes(state))
    return `${error === undefined ? "success" : error.message}: the state is neither old nor new but: ${state}`;
  if (state !== before) return undefined;
  const again = await outcomeOf(() => operation.run(folder));
  if (again !== undefined) return `the operation cannot be repeated: ${again.stack}`;
  const repeated = await describe(operation, folder);
  if (repeated !== after) return `the repeated operation leaves: ${repeated}`;
  if (operation.tidy === undefined) return undefined;
  const untidy = await outcomeOf(() => operation.tidy?.(folder));
  if (untidy !== undefined) return `leftovers cannot be removed: ${untidy.stack}`;
  const left = await leftoversIn(folder);
  return left.length === 0 ? undefined : `files are left: ${left.join(", ")}`;
}

/**
 * Runs an operation once per fault and call, so that this call meets the fault, and opens the result.
 *
 * @param {Operation} operation
 * @param {{ readonly only?: string, readonly stride?: number }} [options] -
 * `only` names one fault; of each `stride` steps, one fails
 * @returns {Promise<StepsReport>}
 */
export async function everyStep(operation, { only, stride = 1 } = {}) {
  const base = await newFolder();
  const rejections = [];
  const onRejection = (reason) => rejections.push(reason);
  process.on("unhandledRejection", onRejection);
  let serial = 0;
  const template = join(base, "template");
  const fresh = async () => {
    const folder = join(base, `run-${serial++}`);
    await cp(template, folder, { recursive: true });
    return folder;
  };
  try {
    await mkdir(template);
    await operation.prepare(template);
    const before = await operation.state(await fresh());
    const completed = await fresh();
    const { kinds, steps } = await countedKinds(operation, completed);
    const after = await operation.state(completed);
    const report = { operation: operation.name, steps, injected: 0, failed: 0, unmet: 0, violations: [] };
    for (const [place, fault] of faults.entries()) {
      if (only !== undefined && fault.name !== only) continue;
      // Other steps for each fault, so that few are never tried.
      for (let step = 1 + (place % stride); step <= steps; step += stride) {
        if (operation.isThreaded !== true && !fault.kinds.includes(kinds[step - 1])) continue;
        const folder = await fresh();
        arm(folder, { step, fault });
        const error = await outcomeOf(() => operation.run(folder));
        const { fired } = disarm();
        if (fired === 0) report.unmet++;
        else report.injected++;
        if (error !== undefined) report.failed++;
        const what = await violation(operation, folder, { error, before, after });
        if (what !== undefined) report.violations.push(`${fault.name} at step ${step} (${kinds[step - 1]}): ${what}`);
        for (const reason of rejections.splice(0))
          report.violations.push(`${fault.name} at step ${step}: unhandled: ${reason?.stack ?? reason}`);
        await rm(folder, { recursive: true, force: true });
      }
    }
    return report;
  } finally {
    process.off("unhandledRejection", onRejection);
    await rm(base, { recursive: true, force: true });
  }
}
