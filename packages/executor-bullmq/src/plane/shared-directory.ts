import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, readlink, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { absentOnly, assertStoreKey, type ByteStoreEntry, fromSystemError } from "@atc/contract";
import { issuedNames, makeFolders } from "@atc/plugin-kit";
import type { PlaneStore } from "./plane-store.ts";

const remedy = "check that submitters and workers may read and write the shared directory";
/** The ending of files that are being written, which no key has. */
const unfinished = ".~part";

/**
 * A directory that submitters and workers share: on one machine, or on a network file system. A file appears whole, by
 * a rename. Nothing is flushed to the disk: a file that a crash of the machine damages is found by its digest.
 */
export function sharedDirectory(directory: string): PlaneStore {
  const root = resolve(directory);
  const pathOf = (key: string): string => {
    assertStoreKey(key);
    return join(root, key);
  };

  async function write(path: string, value: Uint8Array): Promise<void> {
    const part = `${path}.${randomUUID()}${unfinished}`;
    try {
      await writeFile(part, value, { flag: "wx" });
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  const { permit } = issuedNames(root);

  return {
    place: root,
    permit,
    async get(key) {
      try {
        const path = pathOf(key);
        // Most keys are absent, for which readFile takes ten times as long.
        if (!existsSync(path)) return undefined;
        const found = await readFile(path).catch(absentOnly);
        return found === undefined ? undefined : new Uint8Array(found.buffer, found.byteOffset, found.length);
      } catch (error) {
        throw fromSystemError(error, `cannot read "${key}" in "${root}"`, remedy);
      }
    },
    async set(key, value) {
      const path = pathOf(key);
      try {
        await write(path, value).catch(async (error: unknown) => {
          absentOnly(error);
          await makeFolders(dirname(path), { mkdir, stat, readlink, dirname });
          await write(path, value);
        });
      } catch (error) {
        throw fromSystemError(error, `cannot write "${key}" in "${root}"`, remedy);
      }
    },
    async delete(key) {
      try {
        const path = pathOf(key);
        const found = await stat(path).catch(absentOnly);
        await rm(path, { force: true });
        return found !== undefined;
      } catch (error) {
        throw fromSystemError(error, `cannot remove "${key}" in "${root}"`, remedy);
      }
    },
    async *list(prefix = "") {
      for (const name of (await readdir(root, { recursive: true }).catch(absentOnly)) ?? []) {
        const key = name.replaceAll("\\", "/");
        if (!key.startsWith(prefix) || key.endsWith(unfinished)) continue;
        const found = await stat(join(root, name)).catch(absentOnly);
        if (found?.isFile() !== true) continue;
        const entry: ByteStoreEntry = { key, size: found.size, accessedAt: found.mtimeMs };
        yield entry;
      }
    },
  };
}
