import { open } from "node:fs/promises";
import { AtcError, type ByteRange } from "@atc/contract";

/**
 * Offset and length of `range` in a value of `size` bytes, clipped at its end. Throws ATC_INVALID_ARGUMENT for an
 * invalid number.
 */
function resolveRange(range: ByteRange, size: number): { readonly offset: number; readonly length: number } {
  for (const [field, value] of Object.entries(range))
    if (!Number.isSafeInteger(value) || value < 0)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `the ${field} of a byte range is "${value}"; give a whole number of 0 or more`,
      );
  if ("suffixLength" in range) {
    const length = Math.min(range.suffixLength, size);
    return { offset: size - length, length };
  }
  const offset = Math.min(range.offset, size);
  return { offset, length: Math.min(range.length, size - offset) };
}

/** Reads a byte range of a file. Returns it with the size of the file. */
export async function readRange(
  path: string,
  range: ByteRange,
): Promise<{ readonly bytes: Uint8Array; readonly size: number }> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const { offset, length } = resolveRange(range, size);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
      if (bytesRead === 0)
        throw new AtcError("ATC_IO", `"${path}" became shorter during a read; entries must not be changed in place`);
      done += bytesRead;
    }
    return { bytes, size };
  } finally {
    await handle.close();
  }
}
