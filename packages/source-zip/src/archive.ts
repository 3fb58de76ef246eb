import { once } from "node:events";
import { open, realpath, stat } from "node:fs/promises";
import { AtcError, fromSystemError, isAtcError } from "@atc/contract";
import { type FileState, fileStateOf } from "@atc/plugin-kit";
import yauzl from "yauzl";

/** A file in an archive. */
export interface ArchiveEntry {
  /** Its path in the archive, with `/` between folders. Nothing is ever written to this path. */
  readonly name: string;
  /** Decompressed bytes. */
  readonly size: number;
  /** CRC-32 of the decompressed bytes. */
  readonly crc32: number;
  readonly entry: yauzl.Entry;
}

/** A zip archive. */
export interface Archive {
  /** The path as it was given. */
  readonly path: string;
  /** The real, absolute path. */
  readonly realPath: string;
  /** Its state when its directory was read. */
  readonly state: FileState;
  /** Its files, in the order of its directory. */
  readonly entries: readonly ArchiveEntry[];
}

const mostEntries = 100_000;
const yauzlOptions = { autoClose: false, decodeStrings: false, validateEntrySizes: true } as const;

/** Opens the archive to read one entry, or its directory. */
export function openArchive(path: string): Promise<yauzl.ZipFile> {
  return yauzl.openPromise(path, yauzlOptions);
}

/** Closes an archive and waits until its file is closed: that is after its streams have ended. */
export async function closeArchive(archive: yauzl.ZipFile): Promise<void> {
  const closed = once(archive, "close");
  archive.close();
  await closed;
}

/** The current state of a file. */
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

/** The error for an archive that cannot be read: ATC_IO if the system failed, else ATC_CORRUPT_DATA. */
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
 * @throws ATC_NOT_FOUND, ATC_INVALID_ARGUMENT for a directory, ATC_UNSUPPORTED for a pipe, another format or too many
 * files, ATC_INVALID_DATA for an empty file, ATC_CORRUPT_DATA for a damaged or cut one, ATC_IO
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
      `"${path}" is not a zip archive; give one, or choose another source with --source`,
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
