const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** `bytes[start, end)` as text for messages, at most 80 characters. Bytes that are not UTF-8 become U+FFFD. */
export function excerpt(bytes: Uint8Array, start: number, end: number): string {
  return lenient.decode(bytes.subarray(start, Math.min(end, start + 400))).slice(0, 80);
}
