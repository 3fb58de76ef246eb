import type { DecodeOptions } from "@atc/contract";
import { AtcError } from "@atc/contract";

const largestLength = 2 ** 31 - 1;

/**
 * Checks a decoded length against what the caller allows, for a codec whose algorithm allocates the result itself.
 *
 * @param codec - the codec's name, for messages
 * @param length - the decoded length in bytes
 * @throws ATC_CORRUPT_DATA where `length` is more than `options.maxLength`, ATC_INVALID_ARGUMENT where `options.target` has another length
 */
export function checkDecodedLength(codec: string, length: number, options: DecodeOptions = {}): void {
  const { target, maxLength = largestLength } = options;
  if (length > maxLength)
    throw new AtcError(
      "ATC_CORRUPT_DATA",
      `${codec}: the data decodes to ${length} bytes where ${maxLength} are allowed; it is damaged, or raise maxLength`,
      { details: { codec, length, maxLength } },
    );
  if (target !== undefined && target.length !== length)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `${codec}: the target has ${target.length} bytes where the data decodes to ${length}; give a target of that length`,
      { details: { codec, length, targetLength: target.length } },
    );
}

/**
 * Where a codec puts `length` decoded bytes: `options.target`, else a new array. A codec calls it once it knows the length and before it
 * allocates anything of that size, so that a few hostile bytes cannot ask for gigabytes.
 *
 * @param codec - the codec's name, for messages
 * @param length - the decoded length in bytes
 * @throws ATC_CORRUPT_DATA where `length` is more than `options.maxLength`, ATC_INVALID_ARGUMENT where `options.target` has another length
 */
export function decodeTarget(codec: string, length: number, options: DecodeOptions = {}): Uint8Array {
  checkDecodedLength(codec, length, options);
  return options.target ?? new Uint8Array(length);
}
