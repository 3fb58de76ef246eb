import { open, rename, rm } from "node:fs/promises";
import { fromSystemError } from "@atc/contract";
import { removeStale, temporaryOf } from "@atc/datasets";

/** Bytes of text per write. */
const textBytes = 2 ** 20;

/**
 * Encodes texts in one buffer, which is yielded when it is full and then reused. With a buffer per text, all of them
 * would stay in memory until the next garbage collection.
 */
function* encodedTexts(pieces: Iterable<string | Uint8Array>): Generator<Uint8Array, void, void> {
  const memory = Buffer.allocUnsafeSlow(textBytes);
  let filled = 0;
  for (const piece of pieces) {
    // A UTF-16 code unit takes at most 3 bytes in UTF-8.
    const isShort = typeof piece === "string" && 3 * piece.length <= textBytes;
    if (filled > 0 && (!isShort || filled + 3 * piece.length > textBytes)) {
      yield memory.subarray(0, filled);
      filled = 0;
    }
    if (isShort) filled += memory.write(piece, filled);
    else yield typeof piece === "string" ? Buffer.from(piece) : piece;
  }
  if (filled > 0) yield memory.subarray(0, filled);
}

/** Replaces a file atomically by what `pieces` yields. A failure leaves the old file. */
export async function replaceFile(file: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  const temporary = temporaryOf(file);
  try {
    await removeStale(file);
    const handle = await open(temporary, "wx");
    try {
      for (const bytes of encodedTexts(pieces)) await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw fromSystemError(error, `cannot write "${file}"`, "check the folder and the space on the disk");
  }
}
