import { crc32, deflateRawSync } from "node:zlib";

/** A file for an archive, and what its directory says otherwise than the truth. */
export interface ZippedFile {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly size?: number;
}

function header(signature: number, parts: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer {
  const bytes = Buffer.alloc(4 + parts.reduce((sum, [size]) => sum + size, 0));
  bytes.writeUInt32LE(signature, 0);
  let at = 4;
  for (const [size, value] of parts) at = size === 2 ? bytes.writeUInt16LE(value, at) : bytes.writeUInt32LE(value, at);
  return bytes;
}

/** The bytes of a zip archive. */
export function zipOf(files: readonly ZippedFile[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content, method = 8, flags = 0x800, crc, size } of files) {
    const plain = Buffer.from(content);
    const stored = method === 8 ? deflateRawSync(plain) : plain;
    const title = Buffer.from(name);
    const common = [
      [2, 20],
      [2, flags],
      [2, method],
      [4, 0],
      [4, crc ?? crc32(plain)],
      [4, stored.length],
      [4, size ?? plain.length],
      [2, title.length],
      [2, 0],
    ] as const;
    const before = [header(0x04034b50, common), title, stored];
    central.push(header(0x02014b50, [[2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), title);
    local.push(...before);
    offset += before.reduce((sum, { length }) => sum + length, 0);
  }
  const length = central.reduce((sum, part) => sum + part.length, 0);
  const end = header(0x06054b50, [
    [2, 0],
    [2, 0],
    [2, files.length],
    [2, files.length],
    [4, length],
    [4, offset],
    [2, 0],
  ]);
  return Buffer.concat([...local, ...central, end]);
}
