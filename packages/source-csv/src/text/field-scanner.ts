import { CR, LF, QUOTE, SPACE } from "@atc/plugin-kit";

/** The field cannot be told before more bytes are there. */
export const needsMore = -1;
/** A quote is not closed, or text follows a closing quote. */
export const brokenQuote = -2;

/** A field of a row: `bytes[start, end)` is its text, without the quotes and the spaces around it. */
export interface FieldBounds {
  /** Offset of the first byte of the text. */
  start: number;
  /** Offset after the last byte of the text. */
  end: number;
  /** Whether doubled quotes stand in the text. */
  escaped: boolean;
  /** Line feeds in the text. */
  breaks: number;
  /** Where a broken quote was noticed. */
  fault: number;
  /** Whether the broken quote is one that is never closed. */
  unclosed: boolean;
}

/** Bounds of no field. */
export function fieldBounds(): FieldBounds {
  return { start: 0, end: 0, escaped: false, breaks: 0, fault: 0, unclosed: false };
}

/** Whether a line ends at `at`: a line feed, or a carriage return and a line feed. */
export function endsLine(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] === LF);
}

function isBlank(byte: number, separator: number): boolean {
  return (byte === SPACE || byte === 9) && byte !== separator;
}

/** The offset of the first byte at or after `at` that is no space and no tab. */
function afterBlanks(bytes: Uint8Array, at: number, separator: number): number {
  let next = at;
  while (isBlank(bytes[next], separator)) next++;
  return next;
}

/** The offset of the separator or line end at or after `at`; a line feed must stand somewhere. */
function plainEnd(bytes: Uint8Array, at: number, separator: number): number {
  let stop = at;
  while (bytes[stop] !== separator && !endsLine(bytes, stop)) stop++;
  return stop;
}

/** Scans a quoted field whose opening quote stands at `open`. */
function locateQuoted(
  bytes: Uint8Array,
  open: number,
  limit: { readonly end: number; readonly final: boolean },
  separator: number,
  bounds: FieldBounds,
): number {
  let at = open + 1;
  bounds.start = at;
  for (; at < limit.end; at++) {
    const byte = bytes[at];
    if (byte === LF) bounds.breaks++;
    if (byte !== QUOTE) continue;
    if (bytes[at + 1] !== QUOTE || at + 1 >= limit.end) break;
    bounds.escaped = true;
    at++;
  }
  if (at >= limit.end) {
    bounds.fault = open;
    bounds.unclosed = true;
    return limit.final ? brokenQuote : needsMore;
  }
  bounds.end = at;
  const stop = afterBlanks(bytes, at + 1, separator);
  if (bytes[stop] === separator || endsLine(bytes, stop)) return stop;
  bounds.fault = stop;
  bounds.unclosed = false;
  return brokenQuote;
}

/**
 * Finds the field that starts at `position` by the rules of RFC 4180 and returns the offset of the separator or line end that closes it,
 * {@link needsMore} or {@link brokenQuote}. A line feed stands at `limit.end`; where `limit.final`, no more bytes follow.
 */
export function locateField(
  bytes: Uint8Array,
  position: number,
  limit: { readonly end: number; readonly final: boolean },
  separator: number,
  bounds: FieldBounds,
): number {
  bounds.escaped = false;
  bounds.breaks = 0;
  const start = afterBlanks(bytes, position, separator);
  if (bytes[start] === QUOTE) return locateQuoted(bytes, start, limit, separator, bounds);
  const stop = plainEnd(bytes, start, separator);
  let end = stop;
  while (end > start && isBlank(bytes[end - 1], separator)) end--;
  bounds.start = start;
  bounds.end = end;
  return stop;
}

/** A copy of `bytes[start, end)` with doubled quotes made single. */
export function withoutDoubledQuotes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const text = new Uint8Array(end - start);
  let length = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    text[length++] = byte;
    if (byte === QUOTE && bytes[i + 1] === QUOTE) i++;
  }
  return text.subarray(0, length);
}
