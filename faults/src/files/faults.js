/** @typedef {import("./calls.js").CallKind} CallKind */

/**
 * How a call fails: `fail` before it does anything, `late` after it did everything, `tear` after it did a part.
 * `short` transfers fewer bytes than asked for, and `delay` only takes its time: neither is an error.
 *
 * @typedef {"fail" | "late" | "tear" | "short" | "delay"} FaultMode
 */

/**
 * @typedef {object} Fault
 * @property {string} name
 * @property {FaultMode} mode
 * @property {string} code - the system's name of the error; "" if there is none
 * @property {boolean} lasts - whether each later call that can meet the fault meets it too
 * @property {readonly CallKind[]} kinds - the calls that can meet it
 */

/** @type {Record<string, readonly CallKind[]>} Errors, and the calls for which POSIX or a file system allows them. */
const errors = {
  ENOSPC: ["create", "write", "sync", "move"],
  EIO: ["create", "open", "write", "read", "sync", "move", "remove", "look", "mark"],
  EMFILE: ["create", "open"],
  EACCES: ["create", "open", "move", "remove", "look"],
  EPERM: ["create", "move", "remove", "mark"],
  EBUSY: ["move", "remove"],
  EXDEV: ["move"],
};

/** @type {readonly Fault[]} */
export const faults = [
  ...Object.entries(errors).map(([code, kinds]) => fault(code, "fail", code, kinds)),
  fault("ENOSPC from then on", "fail", "ENOSPC", errors["ENOSPC"], true),
  fault("EIO from then on", "fail", "EIO", errors["EIO"], true),
  fault("EACCES from then on", "fail", "EACCES", errors["EACCES"], true),
  fault("EIO of a close", "late", "EIO", ["close"]),
  fault("EIO after the call", "late", "EIO", ["create", "write", "sync", "move", "remove", "mark"]),
  fault("ENOSPC within a write", "tear", "ENOSPC", ["write"]),
  fault("EIO within a removal", "tear", "EIO", ["remove"]),
  fault("short writes", "short", "", ["write"], true),
  fault("short reads", "short", "", ["read"], true),
  fault("a delay", "delay", "", ["create", "open", "write", "read", "sync", "move", "remove", "look", "mark", "close"]),
];

/** @returns {Fault} */
function fault(name, mode, code, kinds, lasts = false) {
  return { name, mode, code, kinds, lasts };
}

const numbers = { EPERM: 1, EIO: 5, EACCES: 13, EBUSY: 16, EXDEV: 18, EMFILE: 24, ENOSPC: 28 };

/** An error like those of Node. */
export function systemError(code, syscall, path) {
  const error = new Error(`${code}: injected, ${syscall}${path === undefined ? "" : ` '${path}'`}`);
  return Object.assign(error, { code, errno: -(numbers[code] ?? 5), syscall, ...(path === undefined ? {} : { path }) });
}
