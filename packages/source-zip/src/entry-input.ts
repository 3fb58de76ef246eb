import { pipeline, type Readable } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import type { SourceInput } from "@atc/contract";
import { throwIfChanged } from "@atc/plugin-kit";
import type { ZipFile } from "yauzl";
import { type Archive, type ArchiveEntry, closeArchive, damaged, fileState, openArchive } from "./archive.ts";

/** Bytes of a decompressed piece. */
const pieceLength = 256 * 1024;

/** Throws ATC_INVALID_DATA if the archive changed after its directory was read. */
async function checkUnchanged({ path, state }: Archive): Promise<void> {
  throwIfChanged(path, state, await fileState(path));
}

/**
 * The bytes of an entry, decompressed in large pieces: yauzl's own stream gives small ones through another stream, at
 * half the speed.
 */
async function openEntry(opened: ZipFile, { entry }: ArchiveEntry): Promise<Readable> {
  const stored = await opened.openReadStreamPromise(entry, { decodeFileData: false });
  if (entry.compressionMethod === 0) return stored;
  const inflate = createInflateRaw({ chunkSize: pieceLength });
  // A failure reaches the reader through the decompressor.
  pipeline(stored, inflate, () => undefined);
  return inflate;
}

/** The decompressed bytes of an entry. Checks their length and CRC-32. */
async function* decompressed(archive: Archive, entry: ArchiveEntry): AsyncGenerator<Uint8Array> {
  await checkUnchanged(archive);
  const opened = await openArchive(archive.path).catch((error: unknown) => {
    throw damaged(archive.path, error);
  });
  try {
    let checksum = 0;
    let length = 0;
    for await (const piece of (await openEntry(opened, entry)) as AsyncIterable<Uint8Array>) {
      length += piece.length;
      if (length > entry.size) throw new Error(`it has more than the ${entry.size} bytes in the archive's directory`);
      checksum = crc32(piece, checksum);
      yield piece;
    }
    if (length < entry.size) throw new Error(`it has ${length} of the ${entry.size} bytes in the archive's directory`);
    if (checksum !== entry.crc32) throw new Error("its checksum differs from the one in the archive's directory");
    await checkUnchanged(archive);
  } catch (error) {
    throw damaged(`${archive.path}/${entry.name}`, error);
  } finally {
    await closeArchive(opened);
  }
}

/** An entry of an archive as an input of a source. */
export function entryInput(archive: Archive, entry: ArchiveEntry): SourceInput {
  const { name, size } = entry;
  return {
    name: `${archive.path}/${name}`,
    fileName: name,
    size,
    // Length and checksum identify the bytes, also in a copy of the archive.
    parts: { entry: name, size, crc32: entry.crc32 },
    open: () => decompressed(archive, entry),
  };
}
