import { AtcError } from "@atc/contract";
import { isZstd } from "../zstd/frame-header.ts";

/** The first bytes of other formats, in hexadecimal digits, and what to do with such files. */
const signatures: readonly (readonly [magic: string, what: string, remedy: string])[] = [
  ["504b0304", "a zip archive or spreadsheet", "unpack it, or save it as CSV"],
  ["d0cf11e0", "an old spreadsheet", "save it as CSV"],
  ["50415231", "a Parquet file", "use a source for Parquet, such as @atc/source-duckdb"],
  ["4152524f5731", "an Arrow file", "use a source for Arrow, or export it as CSV"],
  ["425a68", "compressed with bzip2", "decompress it with bunzip2, or compress it with gzip"],
  ["fd377a585a", "compressed with xz", "decompress it with xz -d, or compress it with gzip"],
  ["377abcaf", "a 7z archive", "unpack it"],
  ["53514c697465", "an SQLite database", "export its table as CSV"],
];

/** The compressions that are read. */
export type Compression = "gzip" | "zstd";

/** The compression of a file that starts with these bytes; undefined if they are not compressed. */
export function compressionOf(head: Uint8Array): Compression | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  return isZstd(head) ? "zstd" : undefined;
}

function unsupported(path: string, what: string, remedy: string): AtcError {
  return new AtcError("ATC_UNSUPPORTED", `"${path}" is ${what}, not CSV text; ${remedy}`, { details: { path } });
}

/** Whether nearly all NUL bytes have offsets of one parity, as in Latin text in UTF-16. */
function looksLikeUtf16(head: Uint8Array): boolean {
  let even = 0;
  let odd = 0;
  for (let i = 0; i < head.length; i++) {
    if (head[i] !== 0) continue;
    if (i % 2 === 0) even++;
    else odd++;
  }
  return Math.max(even, odd) > head.length / 4 && Math.min(even, odd) < head.length / 100;
}

/**
 * Checks the first bytes of a text. Returns the length of its byte order mark: 0 or 3.
 *
 * @throws ATC_UNSUPPORTED for UTF-16 and known binary formats, ATC_INVALID_DATA for bytes that are not text
 */
export function checkEncoding(head: Uint8Array, path: string): number {
  const hex = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex.startsWith("fffe") || hex.startsWith("feff") || looksLikeUtf16(head))
    throw unsupported(path, "UTF-16 text", "save it as UTF-8 (iconv -f UTF-16 -t UTF-8)");
  for (const [magic, what, remedy] of signatures) if (hex.startsWith(magic)) throw unsupported(path, what, remedy);
  let controls = 0;
  for (const byte of head) {
    if (byte === 0)
      throw new AtcError("ATC_INVALID_DATA", `"${path}" contains NUL bytes, so it is not text; give a CSV file`, {
        details: { path },
      });
    if (byte < 9 || (byte > 13 && byte < 32) || byte === 127) controls++;
  }
  if (controls * 50 > head.length)
    throw new AtcError(
      "ATC_INVALID_DATA",
      `"${path}" contains control characters, so it is not text; give a CSV file`,
      {
        details: { path },
      },
    );
  return hex.startsWith("efbbbf") ? 3 : 0;
}
