import type { ByteStream } from "./json-input.ts";

/** The part of a document that is in memory, and a place in it. */
export interface ByteWindow {
  /** The bytes; another array after it grew. */
  readonly bytes: () => Uint8Array;
  /** The place that is looked at: what is before it is dropped by `fill`. */
  at: number;
  /** Offset after the last byte. */
  readonly end: () => number;
  /** Whether the document ends there. */
  readonly final: () => boolean;
  /** The byte of the document at which the window begins. */
  readonly offset: () => number;
  /** The line of a place at or after those that were asked for before, from 1. */
  lineAt(place: number): number;
  /** Moves what follows `at` to the front and reads on, until `length` bytes are there or the document ends. */
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
  const lineAt = (place: number): number => {
    for (; counted < place; counted++) if (bytes[counted] === 10) line++;
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
