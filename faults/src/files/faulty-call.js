import fs from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { systemError } from "./faults.js";

/**
 * @typedef {object} Attempt
 * @property {import("./patch-fs.js").Call} call
 * @property {import("./faults.js").Fault | undefined} fault
 * @property {unknown[]} args
 * @property {() => void} settled - is called when the call has ended
 * @property {(args: unknown[]) => any} real - calls the real function
 */

// The real functions: this module is loaded before they are replaced.
const { readdirSync, rmSync, lstatSync, closeSync } = fs;
const delayMs = 2;

function errorOf({ call, fault }) {
  return systemError(fault?.code ?? "EIO", call.name, call.path);
}

/** The position of the bytes among the arguments. */
function bytesAt({ isOfHandle }) {
  return isOfHandle ? 0 : 1;
}

function half(length) {
  return Math.max(1, length >> 1);
}

/** The arguments of a read or write of half as many bytes. */
function shortened(call, args) {
  const at = bytesAt(call);
  const [bytes, second, third] = args.slice(at);
  const replaced = (...values) => [...args.slice(0, at), ...values, ...args.slice(at + values.length)];
  if (typeof bytes === "string") return replaced(bytes.slice(0, half(bytes.length)));
  if (Array.isArray(bytes)) return replaced(bytes.slice(0, half(bytes.length)));
  if (ArrayBuffer.isView(bytes)) {
    if (/File$/.test(call.name)) return replaced(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1));
    if (typeof second === "object" && second !== null)
      return replaced(bytes, { ...second, length: half(second.length ?? bytes.byteLength - (second.offset ?? 0)) });
    const offset = typeof second === "number" ? second : 0;
    const length = typeof third === "number" ? third : bytes.byteLength - offset;
    return length === 0 ? args : replaced(bytes, offset, half(length));
  }
  return args;
}

/** Whether Node transfers the rest itself if the system transfers fewer bytes. */
function isWhole({ name }) {
  return /File$|^f?truncate$|v$/.test(name);
}

/** Removes half of the entries of a folder that is to be removed with its content. */
function tearRemoval({ path }) {
  try {
    if (!lstatSync(path).isDirectory()) return;
    const entries = readdirSync(path).sort();
    for (const entry of entries.slice(0, entries.length >> 1)) rmSync(`${path}/${entry}`, { recursive: true });
  } catch {
    // There is nothing to remove.
  }
}

/** What a fault makes of the arguments; undefined if the call does nothing. */
function faultyArgs({ call, fault, args }) {
  if (fault === undefined || fault.mode === "delay" || fault.mode === "late") return args;
  if (fault.mode === "fail") return undefined;
  if (fault.mode === "short") return isWhole(call) ? args : shortened(call, args);
  if (call.kind === "write") return shortened(call, args);
  if (call.name === "rm") tearRemoval(call);
  return undefined;
}

function isFailing({ fault }) {
  return fault !== undefined && (fault.mode === "fail" || fault.mode === "late" || fault.mode === "tear");
}

/** @param {Attempt} attempt */
export function runSync(attempt) {
  const { real, settled, call } = attempt;
  const used = faultyArgs(attempt);
  try {
    const result = used === undefined ? undefined : real(used);
    if (!isFailing(attempt)) return result;
    // Nobody gets the descriptor of an open that fails.
    if (call.name === "open" && typeof result === "number") closeSync(result);
  } finally {
    settled();
  }
  if (call.name === "exists") return false;
  throw errorOf(attempt);
}

/** @param {Attempt} attempt */
export async function runPromise(attempt) {
  const { real, settled } = attempt;
  try {
    if (attempt.fault?.mode === "delay") await pause(delayMs);
    const used = faultyArgs(attempt);
    const result = used === undefined ? undefined : await real(used);
    if (!isFailing(attempt)) return result;
    await discard(attempt, result);
  } finally {
    settled();
  }
  throw errorOf(attempt);
}

/** Nobody gets the file of an open that fails. */
async function discard({ call }, result) {
  if (call.name !== "open" || result === undefined) return;
  if (typeof result === "number") closeSync(result);
  else await result.close();
}

/** @param {Attempt} attempt */
export function runCallback(attempt) {
  const { args } = attempt;
  const callback = args.at(-1);
  const real = (given) =>
    new Promise((done, fail) => {
      attempt.real([...given, (error, ...results) => (error ? fail(error) : done(results))]);
    });
  const run = async () => {
    try {
      const [result, ...more] = await runPromiseOf({ ...attempt, args: args.slice(0, -1), real });
      setImmediate(callback, null, result, ...more);
    } catch (error) {
      setImmediate(callback, error);
    }
  };
  void run();
}

async function runPromiseOf(attempt) {
  const results = await runPromise({
    ...attempt,
    real: async (given) => {
      const found = await attempt.real(given);
      // The first result of `open` is its descriptor.
      return attempt.call.name === "open" && isFailing(attempt) ? found[0] : found;
    },
  });
  return results ?? [];
}
