import { CR, LF, QUOTE, SPACE } from "@atc/plugin-kit";

/** More bytes are needed to find the end of the field. */
export const needsMore = -1;
/** A quote is not closed, or text follows a closing quote. */
export const brokenQuote = -2;

/** A field of a row: `bytes[start, end)` is its text, without the quotes and spaces around it. */
export interface FieldBounds {
  start: number;
  end: number;
  /** Whether the text contains doubled quotes. */
  escaped: boolean;
  /** Line feeds in the text. */
  breaks: number;
  /** The offset at which a broken quote was found. */
  fault: number;
  /** Whether the broken quote is never closed. */
  unclosed: boolean;
}

/** Bounds to pass to {@link locateField}. */
export function fieldBounds(): FieldBounds {
  return { start: 0, end: 0, escaped: false, breaks: 0, fault: 0, unclosed: false };
}

/** Whether a line ends at `at`: with LF or CRLF. */
export function endsLine(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] === LF);
}

function isBlank(byte: number, separator: number): boolean {
  return (byte === SPACE || byte === 9) && byte !== separator;
}

/** The offset of the first byte at or after `at` that is neither a space nor a tab. */
function afterBlanks(bytes: Uint8Array, at: number, separator: number): number {
  let next = at;
  while (isBlank(bytes[next], separator)) next++;
  return next;
}

/** The offset of the separator or line end at or after `at`; a line feed must follow. */
function plainEnd(bytes: Uint8Array, at: number, separator: number): number {
  let stop = at;
  while (bytes[stop] !== separator && !endsLine(bytes, stop)) stop++;
  return stop;
}

/** Scans the quoted field whose opening quote is at `open`. */
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
 * Finds the field that starts at `position` by the rules of RFC 4180, and stores it in `bounds`. Returns the offset of
 * the separator or line end that closes it, {@link needsMore} or {@link brokenQuote}. `bytes[limit.end]` is a line
 * feed; if `limit.final`, the text ends there.
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

/** A copy of `bytes[start, end)` with each doubled quote replaced by one. */
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
