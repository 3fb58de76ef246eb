/** CRC-32C (Castagnoli), eight bytes per step: table `n` holds the effect of a byte `n` bytes later. */
const polynomial = 0x82f63b78;
let tables: readonly Uint32Array[] | undefined;

function makeTables(): readonly Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ polynomial;
    return crc;
  });
  const all = [first];
  for (let n = 1; n < 8; n++) all.push((all[n - 1] as Uint32Array).map((crc) => first[crc & 255] ^ (crc >>> 8)));
  return all;
}

/** The checksum of `bytes`, 0 to 2^32 - 1. */
export function crc32c(bytes: Uint8Array): number {
  tables ??= makeTables();
  const [a, b, c, d, e, f, g, h] = tables as readonly [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let crc = -1;
  let i = 0;
  for (; i + 8 <= bytes.length; i += 8) {
    const low = crc ^ view.getInt32(i, true);
    const high = view.getInt32(i + 4, true);
    crc =
      h[low & 255] ^
      g[(low >>> 8) & 255] ^
      f[(low >>> 16) & 255] ^
      e[low >>> 24] ^
      d[high & 255] ^
      c[(high >>> 8) & 255] ^
      b[(high >>> 16) & 255] ^
      a[high >>> 24];
  }
  for (; i < bytes.length; i++) crc = a[(crc ^ view.getUint8(i)) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** The masked checksum that Snappy frames store, so that data with a CRC inside does not weaken it. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
