/** Bytes of the grammar of JSON. */
export const quote = 34;
export const comma = 44;
export const colon = 58;
export const openList = 91;
export const backslash = 92;
export const closeList = 93;
export const openObject = 123;
export const closeObject = 125;

/** Whether a byte is a blank between tokens. */
function isBlank(byte: number | undefined): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}

/** The offset of the first byte at or after `at` that is not a blank; `end` if there is none. */
export function afterBlanks(bytes: Uint8Array, at: number, end: number): number {
  let next = at;
  while (next < end && isBlank(bytes[next])) next++;
  return next;
}

/** The offset after the text whose opening quote is at `at`; -1 if its end is not before `end`. */
export function textEnd(bytes: Uint8Array, at: number, end: number): number {
  for (let next = at + 1; next < end; next++) {
    const byte = bytes[next];
    if (byte === quote) return next + 1;
    if (byte === backslash) next++;
  }
  return -1;
}

/**
 * The offset after the value that starts at `at`; -1 if its end is not before `end`. A number that reaches `end` counts
 * as cut.
 */
export function valueEnd(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at];
  if (first === quote) return textEnd(bytes, at, end);
  if (first === openList || first === openObject) {
    let depth = 0;
    for (let next = at; next < end; next++) {
      const byte = bytes[next];
      // Most bytes are digits, commas and points: their codes are lower than those of brackets.
      if (byte < openList && byte !== quote) continue;
      if (byte === quote) {
        next = textEnd(bytes, next, end) - 1;
        if (next < 0) return -1;
      } else if (byte === openList || byte === openObject) depth++;
      else if ((byte === closeList || byte === closeObject) && --depth === 0) return next + 1;
    }
    return -1;
  }
  for (let next = at; next < end; next++) {
    const byte = bytes[next];
    // All bytes of a number except its plus have higher codes than the comma.
    if (byte > comma && byte < colon) continue;
    if (isBlank(byte) || byte === comma || byte === colon || byte === closeList || byte === closeObject) return next;
  }
  return -1;
}
