/** A range of bytes: elements of `size` bytes each, or other bytes if `size` is 0. `end` is exclusive. */
export interface ContentRange {
  readonly start: number;
  readonly end: number;
  readonly size: number;
}

/** Arrays in the zip of a cache entry begin at multiples of this. */
const alignment = 64;
const zipMagic = [0x50, 0x4b, 3, 4];
/** The first bytes of a `.npy` file of format 1.0. */
const npyMagic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];

function startsWith(bytes: Uint8Array, at: number, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[at + i] === byte);
}

/**
 * The elements of the `.npy` file at `at`, cut at the end of `bytes`; undefined if it is not one or has another dtype.
 */
function npyRange(bytes: Uint8Array, at: number): ContentRange | undefined {
  const start = at + 10 + bytes[at + 8] + 256 * bytes[at + 9];
  if (!(start <= bytes.length)) return undefined;
  const header = new TextDecoder("latin1").decode(bytes.subarray(at + 10, start));
  const size = Number(/'descr': *'[<|][iuf]([1248])'/.exec(header)?.[1] ?? 0);
  const length = (/'shape': *\(([\d, ]*)\)/.exec(header)?.[1] ?? "0")
    .split(",")
    .filter((part) => part.trim() !== "")
    .reduce((product, part) => product * Number(part), 1);
  const whole = Math.min(size * length, Math.floor((bytes.length - start) / Math.max(1, size)) * size);
  return whole > 0 ? { start, end: start + whole, size } : undefined;
}

function npyRanges(bytes: Uint8Array): readonly ContentRange[] {
  const found: ContentRange[] = [];
  let end = 0;
  for (let at = 0; at + 10 <= bytes.length; at += alignment) {
    if (bytes[at] !== npyMagic[0] || !startsWith(bytes, at, npyMagic)) continue;
    const range = npyRange(bytes, at);
    if (range === undefined) continue;
    if (range.start > end) found.push({ start: end, end: range.start, size: 0 });
    found.push(range);
    end = range.end;
    at = Math.ceil(end / alignment) * alignment - alignment;
  }
  if (end < bytes.length) found.push({ start: end, end: bytes.length, size: 0 });
  return found;
}

/**
 * Finds the numbers: the arrays of a cache entry (a stored zip of `.npy` files) or of one `.npy` file. Other content is
 * whole elements of `typesize` bytes and a rest.
 */
export function contentRanges(bytes: Uint8Array, typesize: number): readonly ContentRange[] {
  if (startsWith(bytes, 0, zipMagic) || startsWith(bytes, 0, npyMagic)) return npyRanges(bytes);
  const size = [1, 2, 4, 8].includes(typesize) ? typesize : 0;
  const end = size === 0 ? 0 : bytes.length - (bytes.length % size);
  return [
    { start: 0, end, size },
    { start: end, end: bytes.length, size: 0 },
  ].filter((range) => range.end > range.start);
}
