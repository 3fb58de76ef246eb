import { once } from "node:events";
import { open, realpath, stat } from "node:fs/promises";
import { AtcError, fromSystemError, isAtcError } from "@atc/contract";
import { type FileState, fileStateOf } from "@atc/plugin-kit";
import yauzl from "yauzl";

/** A file in an archive. */
export interface ArchiveEntry {
  /** The name as it stands there, with `/` between folders. Only a name: nothing is ever written to it. */
  readonly name: string;
  /** Bytes when it is decompressed. */
  readonly size: number;
  /** Its CRC-32. */
  readonly crc32: number;
  /** What reads it. */
  readonly entry: yauzl.Entry;
}

/** A zip archive. */
export interface Archive {
  /** The path as it was given. */
  readonly path: string;
  /** The real, absolute path. */
  readonly realPath: string;
  /** Its state when it was looked at. */
  readonly state: FileState;
  /** Its files, in the order in which the archive lists them. */
  readonly entries: readonly ArchiveEntry[];
}

const mostEntries = 100_000;
const yauzlOptions = { autoClose: false, decodeStrings: false, validateEntrySizes: true } as const;

/** Opens the archive's file for one reading of an entry, or of its directory. */
export function openArchive(path: string): Promise<yauzl.ZipFile> {
  return yauzl.openPromise(path, yauzlOptions);
}

/** Closes an archive, and waits until its file is closed, which is once its streams have ended. */
export async function closeArchive(archive: yauzl.ZipFile): Promise<void> {
  const closed = once(archive, "close");
  archive.close();
  await closed;
}

/** The present state of a file. */
export async function fileState(path: string): Promise<FileState> {
  const status = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw fromSystemError(error, `cannot read "${path}"`, "check the path");
  });
  return fileStateOf(path, status, "a zip archive");
}

async function startsAsZip(path: string): Promise<boolean> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw fromSystemError(error, `cannot open "${path}"`, "check the file's permissions");
  });
  try {
    const start = new Uint8Array(2);
    await handle.read(start, 0, 2, 0);
    return start[0] === 0x50 && start[1] === 0x4b;
  } finally {
    await handle.close();
  }
}

/** An error for an archive that cannot be read. */
export function damaged(path: string, error: unknown): AtcError {
  if (isAtcError(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const system = error instanceof Error && "syscall" in error;
  if (system) return fromSystemError(error, `cannot read "${path}"`, "check the disk");
  return new AtcError(
    "ATC_CORRUPT_DATA",
    `"${path}" is damaged or cut (${reason}); fetch it again and check it with unzip -t`,
    {
      cause: error,
      details: { path },
    },
  );
}

async function listEntries(path: string): Promise<readonly ArchiveEntry[]> {
  const archive = await openArchive(path);
  try {
    if (archive.entryCount > mostEntries)
      throw new AtcError(
        "ATC_UNSUPPORTED",
        `"${path}" lists ${archive.entryCount} files, more than ${mostEntries}; unpack it`,
        {
          details: { path },
        },
      );
    const entries: ArchiveEntry[] = [];
    for await (const entry of archive.eachEntry()) {
      const { generalPurposeBitFlag, fileNameRaw, extraFields, uncompressedSize, crc32 } = entry;
      const name = yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
      entries.push({ name, size: uncompressedSize, crc32, entry });
    }
    return entries;
  } finally {
    await closeArchive(archive);
  }
}

/**
 * Reads the directory of a zip archive.
 *
 * @throws ATC_NOT_FOUND, ATC_INVALID_ARGUMENT for a directory, ATC_UNSUPPORTED for a pipe, another format or too many files, ATC_INVALID_DATA for an empty
 * file, ATC_CORRUPT_DATA for a damaged or cut one, ATC_IO
 */
export async function readArchive(path: string): Promise<Archive> {
  const state = await fileState(path);
  if (state.size === 0)
    throw new AtcError("ATC_INVALID_DATA", `"${path}" is empty; give a zip archive of files with rows`, {
      details: { path },
    });
  if (!(await startsAsZip(path)))
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `"${path}" is no zip archive; give one, or choose another source with --source`,
      {
        details: { path },
      },
    );
  try {
    return { path, realPath: await realpath(path), state, entries: await listEntries(path) };
  } catch (error) {
    throw damaged(path, error);
  }
}
