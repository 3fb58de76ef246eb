import { constants } from "node:fs";

/**
 * What a call of `node:fs` does to the disk. The faults that a call may meet depend on it.
 *
 * @typedef {"create" | "open" | "write" | "read" | "sync" | "move" | "remove" | "look" | "mark" | "close"} CallKind
 */

/** @type {Record<string, CallKind>} Kinds by name, without the ending `Sync`. Of `open`, the flags decide. */
const kinds = {
  mkdir: "create",
  mkdtemp: "create",
  symlink: "create",
  copyFile: "create",
  cp: "create",
  write: "write",
  writev: "write",
  writeFile: "write",
  appendFile: "write",
  truncate: "write",
  ftruncate: "write",
  read: "read",
  readv: "read",
  readFile: "read",
  fsync: "sync",
  fdatasync: "sync",
  sync: "sync",
  datasync: "sync",
  rename: "move",
  link: "move",
  unlink: "remove",
  rm: "remove",
  rmdir: "remove",
  stat: "look",
  lstat: "look",
  fstat: "look",
  statfs: "look",
  access: "look",
  exists: "look",
  realpath: "look",
  readlink: "look",
  readdir: "open",
  opendir: "open",
  chmod: "mark",
  fchmod: "mark",
  chown: "mark",
  utimes: "mark",
  futimes: "mark",
  close: "close",
};

/** The functions of `node:fs` and of file handles that are patched, without the ending `Sync`. */
export const patchedNames = ["open", ...Object.keys(kinds)];

/** Functions with two paths: the second one also decides whether a call is within the watched folder. */
export const withTwoPaths = new Set(["rename", "link", "copyFile", "cp"]);

/** Whether flags of `open` may create a file or change it. */
function isWriting(flags = "r") {
  if (typeof flags === "number") return (flags & (constants.O_WRONLY | constants.O_RDWR | constants.O_CREAT)) !== 0;
  return /[wax+]/.test(flags);
}

/**
 * @param {string} name - without the ending `Sync`
 * @param {readonly unknown[]} args
 * @returns {CallKind}
 */
export function kindOf(name, args) {
  if (name !== "open") return kinds[name] ?? "look";
  return isWriting(/** @type {string | number | undefined} */ (typeof args[1] === "function" ? "r" : args[1]))
    ? "create"
    : "open";
}
