import { open, rm } from "node:fs/promises";
import { fromSystemError } from "@atc/contract";
import { removeStale, temporaryOf } from "@atc/datasets";
import { publishFile } from "@atc/plugin-kit";

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

/** How a file is replaced. */
export interface ReplaceOptions {
  /** Is called when the new file is complete, before it takes the place of the old one. */
  readonly beforeMove?: (() => Promise<void>) | undefined;
}

/** Replaces a file atomically by what `pieces` yields. A failure, also of the power, leaves the old file. */
export async function replaceFile(
  file: string,
  pieces: Iterable<string | Uint8Array>,
  { beforeMove }: ReplaceOptions = {},
): Promise<void> {
  const temporary = temporaryOf(file);
  try {
    await removeStale(file);
    const handle = await open(temporary, "wx");
    try {
      for (const bytes of encodedTexts(pieces)) await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
    await beforeMove?.();
    await publishFile(temporary, file);
  } catch (error) {
    // The next writer removes what stays.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fromSystemError(error, `cannot write "${file}"`, "check the folder and the space on the disk");
  }
}
