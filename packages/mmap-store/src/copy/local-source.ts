import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fromSystemError } from "@atc/contract";
import { isSystemError } from "../base/file-system.ts";
import type { CopySource } from "./copy-place.ts";

/** The manifests in the directory of a store. */
export function localSource(root: string): CopySource {
  return {
    place: root,
    async get(key) {
      const path = join(root, key);
      try {
        return await readFile(path);
      } catch (error) {
        if (isSystemError(error, "ENOENT", "ENOTDIR")) return undefined;
        throw fromSystemError(error, `cannot read "${path}"`, "check the disk and its permissions");
      }
    },
  };
}
