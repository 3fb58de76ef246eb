import { getEnvironmentData, isMainThread, setEnvironmentData } from "node:worker_threads";
import { faults } from "./faults.js";

/** @typedef {import("./faults.js").Fault} Fault */

// The state is shared with all worker threads, so that their calls count too.
const [isArmed, steps, target, chosen, fired, rootLength, rootEpoch] = [0, 1, 2, 3, 4, 5, 6];
const places = 7;
const key = "atc-faults";
const longestRoot = 1000;

/** The plan of this process: which calls count, and which of them fail. */
function sharedState() {
  const known = /** @type {SharedArrayBuffer | undefined} */ (isMainThread ? undefined : getEnvironmentData(key));
  const buffer = known ?? new SharedArrayBuffer(4 * places + longestRoot);
  if (isMainThread) setEnvironmentData(key, buffer);
  return { numbers: new Int32Array(buffer, 0, places), text: new Uint8Array(buffer, 4 * places) };
}

const { numbers, text } = sharedState();
let root = "";
let knownEpoch = -1;

/** The folder whose calls count, as all threads see it. */
function watchedRoot() {
  const epoch = Atomics.load(numbers, rootEpoch);
  if (epoch !== knownEpoch) root = Buffer.from(text.subarray(0, numbers[rootLength])).toString("latin1");
  knownEpoch = epoch;
  return root;
}

/**
 * Counts the calls on a folder from now on. The call number `step`, from 1 on, meets the fault if it can; the others do
 * not. Without a fault, calls are only counted.
 *
 * @param {string} folder - an absolute path
 * @param {{ readonly step: number, readonly fault: Fault } | undefined} failure
 */
export function arm(folder, failure) {
  const bytes = Buffer.from(folder, "latin1");
  if (bytes.length > longestRoot) throw new RangeError(`the path "${folder}" is too long`);
  text.set(bytes);
  numbers[rootLength] = bytes.length;
  Atomics.add(numbers, rootEpoch, 1);
  numbers[steps] = 0;
  numbers[fired] = 0;
  numbers[target] = failure?.step ?? 0;
  numbers[chosen] = failure === undefined ? -1 : faults.indexOf(failure.fault);
  Atomics.store(numbers, isArmed, 1);
}

/** Ends the counting. Returns the number of calls, and of those that met the fault. */
export function disarm() {
  Atomics.store(numbers, isArmed, 0);
  return { steps: Atomics.load(numbers, steps), fired: Atomics.load(numbers, fired) };
}

export function isCounting() {
  return Atomics.load(numbers, isArmed) === 1;
}

/** Whether a path is within the watched folder. */
export function isWatched(path) {
  const folder = watchedRoot();
  return path.startsWith(folder) && (path.length === folder.length || path[folder.length] === "/");
}

/**
 * Counts a call.
 *
 * @param {import("./calls.js").CallKind} kind
 * @returns {Fault | undefined} the fault that it meets
 */
export function faultOf(kind) {
  const step = Atomics.add(numbers, steps, 1) + 1;
  const fault = faults[numbers[chosen]];
  if (fault === undefined || !fault.kinds.includes(kind)) return undefined;
  if (step !== numbers[target] && !(fault.lasts && step > numbers[target])) return undefined;
  Atomics.add(numbers, fired, 1);
  return fault;
}
