import { join } from "node:path";
import { AtcError, assertStoreKey, fromSystemError, isAtcError } from "@atc/contract";
import { fileNameOf } from "./file-name.ts";

/** The folder of the store's own files. No key can name it, since keys cannot contain `~`. */
export const internalFolder = "~store-v1";

/** Whether `key` is a valid key of a byte store. */
export function isStoreKey(key: string): boolean {
  try {
    assertStoreKey(key);
    return true;
  } catch {
    return false;
  }
}

/** The path of the file of `key`. */
export function pathOf(directory: string, key: string): string {
  assertStoreKey(key);
  return join(directory, ...key.split("/").map((segment) => fileNameOf(segment)));
}

/** The system's code of an error, or "". */
export function systemCode(error: unknown): string {
  if (isAtcError(error)) return typeof error.details["system"] === "string" ? error.details["system"] : "";
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

const absent: readonly string[] = ["ENOENT", "ENOTDIR", "EISDIR", "ENAMETOOLONG"];

/** Whether an error means that there is no file at a path. A folder is not a file. */
export function isAbsent(error: unknown): boolean {
  return absent.includes(systemCode(error));
}

/** The error for a failed write of `key`. */
export function writeError(error: unknown, directory: string, key: string): AtcError {
  const code = systemCode(error);
  const shown = key.length > 100 ? `${key.slice(0, 100)}...` : key;
  if (["ENOTDIR", "EEXIST", "EISDIR", "ENOTEMPTY"].includes(code))
    return new AtcError(
      "ATC_IO",
      `cannot store "${shown}" in "${directory}": there is a file in place of one of its folders, or a folder in place of its file; remove it, or choose another key or directory`,
      { cause: error, details: { key, directory, system: code } },
    );
  if (isAtcError(error) && error.code === "ATC_READ_ONLY")
    return new AtcError("ATC_READ_ONLY", `cannot store "${shown}" in "${directory}": ${error.message}`, {
      cause: error,
      details: { key, directory, system: code },
    });
  if (code === "ENOENT")
    return new AtcError(
      "ATC_IO",
      `cannot store "${shown}" in "${directory}": its folder or its temporary file was removed during the write; stop other programs from cleaning that directory while it is in use`,
      { cause: error, details: { key, directory, system: code } },
    );
  return fromSystemError(
    error,
    `cannot store "${shown}" in "${directory}"`,
    "free space on that disk or lower the budget, check the permissions, or choose another directory",
  );
}
