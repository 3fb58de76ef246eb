/** Bytes of a value: from `start` (inclusive) to `end` (exclusive). */
export interface Span {
  /** The first byte. */
  readonly start: number;
  /** The byte after the last one. */
  readonly end: number;
}

/**
 * The bytes that a header `Range` asks for (RFC 9110, 14.2). Undefined for the whole value: without the header, for a
 * form that is unknown or malformed, and for several ranges. `none` if no byte of a value of `size` bytes is in it.
 */
export function spanOfField(field: string | undefined, size: number): Span | "none" | undefined {
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(field ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "none" : { start: size - length, end: size };
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return undefined;
  if (start >= size) return "none";
  return { start, end: last === "" ? size : Math.min(Number(last) + 1, size) };
}
