import { crc32 } from "node:zlib";
import { AtcError, type SourceInput } from "@atc/contract";
import { type Archive, type ArchiveEntry, closeArchive, damaged, fileState, openArchive } from "./archive.ts";

/** Throws ATC_INVALID_DATA where the archive is no longer what it was when its directory was read. */
async function checkUnchanged({ path, state }: Archive): Promise<void> {
  const now = await fileState(path);
  if (now.size === state.size && now.mtimeNs === state.mtimeNs && now.inode === state.inode) return;
  throw new AtcError(
    "ATC_INVALID_DATA",
    `"${path}" changed after it was opened (${state.size} bytes then, ${now.size} now); wait until its writer is done and open it again`,
    { details: { path, size: now.size } },
  );
}

/** The decompressed bytes of an entry, which must be as long as its size and have its CRC-32. */
async function* decompressed(
  archive: Archive,
  { name, entry, crc32: wanted }: ArchiveEntry,
): AsyncGenerator<Uint8Array> {
  await checkUnchanged(archive);
  const label = `${archive.path}/${name}`;
  const opened = await openArchive(archive.path).catch((error: unknown) => {
    throw damaged(archive.path, error);
  });
  try {
    const stream = await opened.openReadStreamPromise(entry);
    let checksum = 0;
    try {
      for await (const piece of stream as AsyncIterable<Uint8Array>) {
        checksum = crc32(piece, checksum);
        yield piece;
      }
    } finally {
      stream.destroy();
    }
    if (checksum !== wanted) throw new Error("its checksum is another than the archive's directory says");
    await checkUnchanged(archive);
  } catch (error) {
    throw damaged(label, error);
  } finally {
    await closeArchive(opened);
  }
}

/** An entry of an archive as the bytes of a file. */
export function entryInput(archive: Archive, entry: ArchiveEntry): SourceInput {
  const { name, size } = entry;
  return {
    name: `${archive.path}/${name}`,
    fileName: name,
    size,
    // Bytes of this length and checksum are the same bytes, wherever and whenever the archive was copied.
    parts: { entry: name, size, crc32: entry.crc32 },
    open: () => decompressed(archive, entry),
  };
}
