/** Bytes that a scan may look at after the last byte of a buffer; the first of them is a line feed, so that no scan runs beyond. */
export const padding = 64;

/** The text of a stretch of ASCII bytes. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** The text of a stretch of bytes for people: bytes that are not UTF-8 become U+FFFD, at most 80 characters. */
export function excerpt(bytes: Uint8Array, start: number, end: number): string {
  return lenient.decode(bytes.subarray(start, Math.min(end, start + 400))).slice(0, 80);
}
