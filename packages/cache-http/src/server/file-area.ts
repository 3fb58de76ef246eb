import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AtcError, absentOnly, fromSystemError } from "@atc/contract";
import { makeFolders } from "@atc/plugin-kit";
import type { OpenValue, PutValue, ServedArea } from "./area.ts";

/** Options of {@link fileArea}. */
export interface FileAreaOptions {
  /** The directory. It need not exist yet. */
  readonly directory: string;
  /** Whether requests without a token may read it, on a loopback address. Default: false. */
  readonly isOpen?: boolean | undefined;
  /** Whether a key may be read. */
  readonly accepts: (key: string) => boolean;
  /**
   * The key of the file for a name that a request may write; undefined for one that was not issued. Default: none may
   * be written.
   */
  readonly issued?: ((name: string) => Promise<string | undefined>) | undefined;
  /** The largest file that is accepted, in bytes. Default: 1 GiB. */
  readonly maxBytes?: number | undefined;
}

/** The ending of files that are being written, which no key has. */
const unfinished = ".~part";
const remedy = "check the disk and its permissions";
const chunkBytes = 256 * 1024;

/** The path of a key, if it leads there without a link: a link could lead out of the directory. */
async function pathInside(directory: string, key: string): Promise<string | undefined> {
  const root = await realpath(directory).catch(absentOnly);
  if (root === undefined) return undefined;
  const path = join(root, key);
  return (await realpath(path).catch(absentOnly)) === path ? path : undefined;
}

/** O_NONBLOCK, so that a pipe does not stop the server. Windows has neither flag. */
const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

async function openInside(directory: string, key: string): Promise<OpenValue | undefined> {
  const path = await pathInside(directory, key);
  if (path === undefined) return undefined;
  const file = await open(path, readFlags).catch(absentOnly);
  if (file === undefined) return undefined;
  try {
    const { size, mtimeNs, ino, dev } = await file.stat({ bigint: true });
    // What was opened is what the path without links names: a folder may have become a link in between.
    const found = await stat(path, { bigint: true }).catch(absentOnly);
    const isSame = found?.isFile() === true && found.ino === ino && found.dev === dev;
    if (isSame && (await pathInside(directory, key)) === path)
      return openFile(file, Number(size), `${ino.toString(36)}-${size.toString(36)}-${mtimeNs.toString(36)}`);
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  return undefined;
}

function openFile(file: FileHandle, size: number, tag: string): OpenValue {
  return {
    size,
    tag,
    async *read({ start, end }) {
      for (let at = start; at < end; ) {
        const bytes = new Uint8Array(Math.min(chunkBytes, end - at));
        const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
        if (bytesRead === 0) throw new AtcError("ATC_IO", `a file ended at byte ${at} while it was read; ${remedy}`);
        at += bytesRead;
        yield bytes.subarray(0, bytesRead);
      }
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

/** Writes what a request brings, and throws if it does not have its digest. */
async function writePart(path: string, { bytes, size, sha256 }: PutValue): Promise<void> {
  const file = await open(path, "wx");
  try {
    const hash = createHash("sha256");
    let length = 0;
    for await (const chunk of bytes) {
      length += chunk.length;
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    if (length !== size || hash.digest("hex") !== sha256)
      throw new AtcError("ATC_CORRUPT_DATA", "what a request brought does not have its digest; send it again");
  } finally {
    await file.close();
  }
}

/**
 * The files of a directory, by their paths in it. Nothing outside of it is read or written: keys have no `..`, and
 * links are not followed. A file that is written appears whole, by a rename, after its digest was checked.
 */
export function fileArea({ directory, isOpen = false, accepts, issued, maxBytes }: FileAreaOptions): ServedArea {
  const root = resolve(directory);

  async function put(key: string, value: PutValue): Promise<void> {
    await makeFolders(dirname(join(root, key)), { mkdir, stat, readlink, dirname });
    const folder = await pathInside(root, dirname(key));
    if (folder === undefined)
      throw new AtcError("ATC_INVALID_ARGUMENT", `the folder of "${key}" leads out of "${root}"; remove the link`);
    const path = join(await realpath(root), key);
    const part = `${path}.${randomUUID()}${unfinished}`;
    try {
      await writePart(part, value);
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  return {
    isOpen,
    maxBytes,
    async open(key) {
      if (!accepts(key) || key.endsWith(unfinished)) return undefined;
      try {
        return await openInside(root, key);
      } catch (error) {
        throw fromSystemError(error, `cannot read "${key}" in "${root}"`, remedy);
      }
    },
    ...(issued === undefined
      ? {}
      : {
          async put(name, value) {
            const key = await issued(name);
            if (key === undefined)
              throw new AtcError("ATC_INVALID_ARGUMENT", `the name "${name}" was not issued for "${root}"`);
            try {
              await put(key, value);
            } catch (error) {
              throw fromSystemError(error, `cannot write "${key}" in "${root}"`, remedy);
            }
          },
        }),
  };
}
