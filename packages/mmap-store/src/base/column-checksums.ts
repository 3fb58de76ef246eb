import { appendCrc32, crc32Shift, hexOf } from "./checksum.ts";

const digits = /^(?:[0-9a-f]{8})+$/;

/**
 * Checksums of columns as a manifest stores them: 8 hexadecimal digits each, without separators. One string is parsed
 * faster than a list of numbers.
 */
export function formatChecksums(crcs: readonly number[]): string {
  return crcs.map(hexOf).join("");
}

/** Whether a value holds the checksums of `columns` columns. */
export function isChecksums(value: unknown, columns: number): value is string {
  return typeof value === "string" && value.length === 8 * columns && digits.test(value);
}

/** Inverts {@link formatChecksums}. */
export function parseChecksums(text: string): number[] {
  return Array.from({ length: text.length / 8 }, (_, i) => Number.parseInt(text.slice(8 * i, 8 * i + 8), 16));
}

/**
 * Sets `into` to the checksums of columns whose rows are those of `first`, then `rows` rows of `second`. `widths` has
 * the bytes of one value per column. `into` may be `first` or `second`.
 */
export function appendCrcs(
  into: number[],
  first: readonly number[],
  second: readonly number[],
  rows: number,
  widths: readonly number[],
): void {
  let width = 0;
  let shift = 0;
  for (let column = 0; column < widths.length; column++) {
    if (widths[column] !== width) {
      width = widths[column] as number;
      shift = crc32Shift(rows * width);
    }
    into[column] = appendCrc32(first[column] as number, second[column] as number, shift);
  }
}
