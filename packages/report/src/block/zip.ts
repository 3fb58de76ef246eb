import { crc32, deflateRawSync } from "node:zlib";

/** A file of an archive. */
export interface ZipMember {
  /** UTF-8, with `/` between folders. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** 1 January 1980: the bytes of an archive do not depend on the time at which it is made. */
const date = 0x21;
const utf8Names = 0x800;
/** The flag of members that were deflated fast, as the format of zip archives has it. */
export const fastFlags = 0x6;

/** How members are deflated. */
export type Deflating = "best" | "fast";

interface Packed {
  readonly name: Buffer;
  readonly crc: number;
  readonly size: number;
  readonly deflated: Uint8Array;
  readonly offset: number;
  readonly flags: number;
}

/** The fields that both headers of a member share. */
function writeFields(into: Buffer, at: number, { name, crc, size, deflated, flags }: Packed): void {
  into.writeUInt16LE(20, at);
  into.writeUInt16LE(flags, at + 2);
  into.writeUInt16LE(8, at + 4);
  into.writeUInt16LE(0, at + 6);
  into.writeUInt16LE(date, at + 8);
  into.writeUInt32LE(crc, at + 10);
  into.writeUInt32LE(deflated.length, at + 14);
  into.writeUInt32LE(size, at + 18);
  into.writeUInt16LE(name.length, at + 22);
}

function localHeader(member: Packed): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  writeFields(header, 4, member);
  return Buffer.concat([header, member.name]);
}

function centralHeader(member: Packed): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(20, 4);
  writeFields(header, 6, member);
  header.writeUInt32LE(member.offset, 42);
  return Buffer.concat([header, member.name]);
}

/** A zip archive with the members in their order, deflated. Equal members give equal bytes. */
export function zipArchive(members: readonly ZipMember[], deflating: Deflating = "best"): Uint8Array {
  const level = deflating === "best" ? 9 : 1;
  const flags = deflating === "best" ? utf8Names : utf8Names | fastFlags;
  const parts: Uint8Array[] = [];
  const packed: Packed[] = [];
  let offset = 0;
  for (const { name, bytes } of members) {
    const deflated = deflateRawSync(bytes, { level });
    const member = { name: Buffer.from(name), crc: crc32(bytes), size: bytes.length, deflated, offset, flags };
    const header = localHeader(member);
    parts.push(header, deflated);
    packed.push(member);
    offset += header.length + deflated.length;
  }
  const directory = Buffer.concat(packed.map(centralHeader));
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(packed.length, 8);
  end.writeUInt16LE(packed.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end]);
}
