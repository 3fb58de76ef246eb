import type { DecodeOptions } from "@atc/contract";
import { AtcError } from "@atc/contract";

const largestLength = 2 ** 31 - 1;

/**
 * Checks a decoded length against the caller's options, for a codec whose algorithm allocates the result itself.
 *
 * @param codec - the codec's name, for messages
 * @param length - the decoded length in bytes
 * @throws ATC_CORRUPT_DATA if `length` exceeds `options.maxLength`, ATC_INVALID_ARGUMENT if `options.target` has
 * another length
 */
export function checkDecodedLength(codec: string, length: number, options: DecodeOptions = {}): void {
  const { target, maxLength = largestLength } = options;
  if (length > maxLength)
    throw new AtcError(
      "ATC_CORRUPT_DATA",
      `${codec}: the data decodes to ${length} bytes, but at most ${maxLength} are allowed; it is damaged, or raise maxLength`,
      { details: { codec, length, maxLength } },
    );
  if (target !== undefined && target.length !== length)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `${codec}: the target has ${target.length} bytes, but the data decodes to ${length}; give a target of that length`,
      { details: { codec, length, targetLength: target.length } },
    );
}

/**
 * The array for `length` decoded bytes: `options.target`, else a new array. Call it as soon as the length is known and
 * before allocating anything of that size, so that a few hostile bytes cannot cause an allocation of gigabytes.
 *
 * @param codec - the codec's name, for messages
 * @param length - the decoded length in bytes
 * @throws ATC_CORRUPT_DATA if `length` exceeds `options.maxLength`, ATC_INVALID_ARGUMENT if `options.target` has
 * another length
 */
export function decodeTarget(codec: string, length: number, options: DecodeOptions = {}): Uint8Array {
  checkDecodedLength(codec, length, options);
  return options.target ?? new Uint8Array(length);
}
