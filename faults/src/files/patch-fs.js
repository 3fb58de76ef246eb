import fs from "node:fs";
import { open } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { kindOf, patchedNames, withTwoPaths } from "./calls.js";
import { runCallback, runPromise, runSync } from "./faulty-call.js";
import { faultOf, isCounting, isWatched } from "./plan.js";

/**
 * @typedef {object} Call
 * @property {string} name - without the ending `Sync`
 * @property {import("./calls.js").CallKind} kind
 * @property {string} path - its file or folder; the first of two
 * @property {boolean} isOfHandle - whether it is a method of a file handle
 */

/**
 * @typedef {object} Observer
 * @property {(call: Call) => unknown} before - is called before a counted call; its result goes to `after`
 * @property {(call: Call, begun: unknown) => void} after - is called after it, whether it failed or not
 */

const readlink = fs.readlinkSync;
/** @type {Observer | undefined} */
let observer;
/** Node calls other functions of `node:fs` within some of them. These are part of the outer call. */
let isInside = false;

/** Reports the counted calls of this thread to `next` from now on. */
export function observe(next) {
  observer = next;
}

function pathOfDescriptor(fd) {
  try {
    return readlink(`/proc/self/fd/${fd}`);
  } catch {
    return "";
  }
}

function pathOf(value) {
  if (typeof value === "number") return pathOfDescriptor(value);
  if (typeof value === "string") return resolve(value);
  if (value instanceof URL) return fileURLToPath(value);
  if (Buffer.isBuffer(value)) return resolve(value.toString());
  if (typeof value === "object" && value !== null && "fd" in value) return pathOfDescriptor(value.fd);
  return "";
}

/** The call, if it counts. */
function countedCall(name, self, args, isOfHandle) {
  if (isInside || !isCounting()) return undefined;
  const path = isOfHandle ? pathOfDescriptor(self.fd) : pathOf(args[0]);
  if (!isWatched(path) && !(withTwoPaths.has(name) && isWatched(pathOf(args[1])))) return undefined;
  return { name, kind: isOfHandle && name === "stat" ? "look" : kindOf(name, args), path, isOfHandle };
}

function inside(action) {
  isInside = true;
  try {
    return action();
  } finally {
    isInside = false;
  }
}

const styles = { sync: runSync, callback: runCallback, promise: runPromise };

/**
 * @param {"sync" | "callback" | "promise"} style
 * @param {string} name
 * @param {Function} real
 * @param {boolean} isOfHandle
 */
function wrapped(style, name, real, isOfHandle = false) {
  const run = styles[style];
  const wrapper = function (...args) {
    const call = countedCall(name, this, args, isOfHandle);
    if (call === undefined) return Reflect.apply(real, this, args);
    const fault = faultOf(call.kind);
    const begun = inside(() => observer?.before(call));
    const settled = () => inside(() => observer?.after(call, begun));
    const result = run({ call, fault, args, settled, real: (given) => inside(() => Reflect.apply(real, this, given)) });
    return style === "promise" && name === "open" ? result.then(withPatchedClose) : result;
  };
  // With its name, and with what `promisify` looks for.
  return Object.defineProperties(wrapper, Object.getOwnPropertyDescriptors(real));
}

/** Node 20 defines `close` on each file handle, and not on their prototype. */
function withPatchedClose(handle) {
  if (Object.hasOwn(handle, "close"))
    Object.defineProperty(handle, "close", {
      value: wrapped("promise", "close", handle.close, true),
      configurable: true,
      enumerable: false,
      writable: true,
    });
  return handle;
}

const isPatched = Symbol.for("atc-faults-patched");

/** Replaces the functions of `node:fs` in this thread, once. */
export async function patchFileSystem() {
  if (globalThis[isPatched] === true) return;
  globalThis[isPatched] = true;
  const handle = await open(fileURLToPath(import.meta.url));
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  for (const name of patchedNames) {
    if (typeof fs[`${name}Sync`] === "function") fs[`${name}Sync`] = wrapped("sync", name, fs[`${name}Sync`]);
    // The callback of `exists` takes no error.
    if (typeof fs[name] === "function" && name !== "exists") fs[name] = wrapped("callback", name, fs[name]);
    if (typeof fs.promises[name] === "function") fs.promises[name] = wrapped("promise", name, fs.promises[name]);
    if (typeof prototype[name] === "function") prototype[name] = wrapped("promise", name, prototype[name], true);
  }
  syncBuiltinESMExports();
}
