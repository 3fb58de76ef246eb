import { crc32, inflateRawSync } from "node:zlib";
import { fastFlags } from "./zip.ts";

/** A member that inflates to more is damaged: no block holds as much. */
const mostBytes = 2 ** 28;

/** Bytes of all members together, for each byte of the archive, if it is a large one. */
const mostExpansion = 64;

const endLength = 22;
const centralLength = 46;
const localLength = 30;

/** Whether the members of an archive that `zipArchive` made were deflated fast. */
export function isDeflatedFast(bytes: Uint8Array): boolean {
  return ((bytes[6] ?? 0) & fastFlags) === fastFlags;
}

/**
 * The members of an archive that `zipArchive` made, by name, inflated one at a time and checked.
 *
 * @throws RangeError, or what zlib throws, for another archive
 */
export function* zipMembers(bytes: Uint8Array): Generator<readonly [name: string, bytes: Uint8Array], void, void> {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = archive.length - endLength;
  if (end < 0 || archive.readUInt32LE(end) !== 0x06054b50) throw new RangeError("the end of the archive is missing");
  let at = archive.readUInt32LE(end + 16);
  // Members may share their bytes, so a limit of each does not limit the archive.
  let room = Math.max(mostBytes, mostExpansion * archive.length);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (at + centralLength > end || archive.readUInt32LE(at) !== 0x02014b50)
      throw new RangeError("the directory of the archive is damaged");
    const crc = archive.readUInt32LE(at + 16);
    const deflatedBytes = archive.readUInt32LE(at + 20);
    const size = archive.readUInt32LE(at + 24);
    const nameLength = archive.readUInt16LE(at + 28);
    const place = archive.readUInt32LE(at + 42);
    const name = archive.toString("utf8", at + centralLength, at + centralLength + nameLength);
    room -= size;
    if (size > mostBytes || room < 0) throw new RangeError(`"${name}" is too large`);
    const from = place + localLength + nameLength;
    // Both headers of a member say the same, and readers differ in which of them they follow.
    const local = archive.subarray(place + 4, from);
    const said = [
      archive.subarray(at + 6, at + 32),
      archive.subarray(at + centralLength, at + centralLength + nameLength),
    ];
    const rest = archive.subarray(at + 32, at + 42);
    if (!local.equals(Buffer.concat(said)) || rest.some((byte) => byte !== 0))
      throw new RangeError(`the header of "${name}" is damaged`);
    const content = inflateRawSync(archive.subarray(from, from + deflatedBytes), { maxOutputLength: size + 1 });
    if (content.length !== size || crc32(content) !== crc) throw new RangeError(`"${name}" is not what was written`);
    yield [name, content];
    at += centralLength + nameLength;
  }
}
