import type { ByteStream } from "./json-input.ts";

/** The part of a document that is in memory, and a position in it. */
export interface ByteWindow {
  /** The bytes: `fill` may replace the array. */
  readonly bytes: () => Uint8Array;
  /** The current position in the bytes. `fill` drops the bytes before it. */
  at: number;
  /** The position after the last byte. */
  readonly end: () => number;
  /** Whether the document ends at `end`. */
  readonly final: () => boolean;
  /** The offset in the document at which the window begins. */
  readonly offset: () => number;
  /** The line of a position, from 1. Positions must not decrease from call to call. */
  lineAt(position: number): number;
  /**
   * Moves the bytes from `at` to the front and reads until `length` bytes follow `at`, or to the end of the document.
   */
  fill(length: number): Promise<void>;
}

/** A window over a document's bytes. */
export function byteWindow(input: ByteStream, length: number): ByteWindow {
  let bytes = new Uint8Array(length);
  let end = 0;
  let offset = 0;
  let final = false;
  let line = 1;
  let counted = 0;
  const append = (piece: Uint8Array): void => {
    if (end + piece.length > bytes.length) {
      const larger = new Uint8Array(2 * (end + piece.length));
      larger.set(bytes.subarray(0, end));
      bytes = larger;
    }
    bytes.set(piece, end);
    end += piece.length;
  };
  const lineAt = (position: number): number => {
    for (; counted < position; counted++) if (bytes[counted] === 10) line++;
    return line;
  };
  const window: ByteWindow = {
    at: 0,
    bytes: () => bytes,
    end: () => end,
    final: () => final,
    offset: () => offset,
    lineAt,
    fill: async (wanted) => {
      const drop = Math.min(window.at, end);
      lineAt(drop);
      bytes.copyWithin(0, drop, end);
      window.at -= drop;
      counted -= drop;
      offset += drop;
      end -= drop;
      while (!final && end - window.at < wanted) {
        const piece = await input.next();
        if (piece === undefined) final = true;
        else append(piece);
      }
    },
  };
  return window;
}
