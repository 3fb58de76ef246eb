/** A member of a stored zip, before its data is known. */
export interface ZipMember {
  readonly name: string;
  /** Bytes of its data. */
  readonly size: number;
}

/** A member and its byte offsets in the archive. */
export interface PlacedMember extends ZipMember {
  readonly nameBytes: Buffer;
  /** Offset of the local header. */
  readonly headerOffset: number;
  /** Offset of the data, a multiple of 64. */
  readonly dataOffset: number;
}

/** The layout of a stored zip. It depends on the names and sizes of the members alone. */
export interface ZipLayout {
  readonly members: readonly PlacedMember[];
  readonly directoryOffset: number;
  readonly length: number;
}

/** The data of each member begins at a multiple of this many bytes. */
export const alignment = 64;
const localHeaderSize = 30;
const centralHeaderSize = 46;
const endRecordSize = 22;

export function layOutZip(members: readonly ZipMember[]): ZipLayout {
  const placed: PlacedMember[] = [];
  let offset = 0;
  let directorySize = 0;
  for (const { name, size } of members) {
    const nameBytes = Buffer.from(name, "utf8");
    const bare = offset + localHeaderSize + nameBytes.length;
    // An extra field takes at least 6 bytes (its id, size and the alignment), so a smaller gap grows by 64 bytes.
    const dataOffset = Math.ceil((bare + 6) / alignment) * alignment;
    placed.push({ name, size, nameBytes, headerOffset: offset, dataOffset });
    offset = dataOffset + size;
    directorySize += centralHeaderSize + nameBytes.length;
  }
  return { members: placed, directoryOffset: offset, length: offset + directorySize + endRecordSize };
}

const versionNeeded = 20;
/** The names are UTF-8. */
const flags = 0x0800;
/** 1 January 1980, the first date of zip. It is fixed, so that the bytes of an entry depend on its content alone. */
const date = 0x0021;
/** The id of the extra field that Android's zipalign defines for padding. Readers ignore it. */
const paddingId = 0xd935;

/** The bytes between the end of the previous member and the data of this one. */
export function localHeader(member: PlacedMember, crc: number): Buffer {
  const header = Buffer.alloc(member.dataOffset - member.headerOffset);
  const extra = localHeaderSize + member.nameBytes.length;
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(versionNeeded, 4);
  writeCommon(header, 6, member, crc);
  header.writeUInt16LE(header.length - extra, 28);
  member.nameBytes.copy(header, localHeaderSize);
  header.writeUInt16LE(paddingId, extra);
  header.writeUInt16LE(header.length - extra - 4, extra + 2);
  header.writeUInt16LE(alignment, extra + 4);
  return header;
}

function writeCommon(header: Buffer, offset: number, member: PlacedMember, crc: number): void {
  header.writeUInt16LE(flags, offset);
  header.writeUInt16LE(date, offset + 6);
  header.writeUInt32LE(crc, offset + 8);
  header.writeUInt32LE(member.size, offset + 12);
  header.writeUInt32LE(member.size, offset + 16);
  header.writeUInt16LE(member.nameBytes.length, offset + 20);
}

/** The central directory and the end record. */
export function centralDirectory(layout: ZipLayout, crcs: readonly number[]): Buffer {
  const directory = Buffer.alloc(layout.length - layout.directoryOffset);
  let offset = 0;
  for (const [i, member] of layout.members.entries()) {
    directory.writeUInt32LE(0x02014b50, offset);
    directory.writeUInt16LE(versionNeeded, offset + 4);
    directory.writeUInt16LE(versionNeeded, offset + 6);
    writeCommon(directory, offset + 8, member, crcs[i] ?? 0);
    directory.writeUInt32LE(member.headerOffset, offset + 42);
    member.nameBytes.copy(directory, offset + centralHeaderSize);
    offset += centralHeaderSize + member.nameBytes.length;
  }
  directory.writeUInt32LE(0x06054b50, offset);
  directory.writeUInt16LE(layout.members.length, offset + 8);
  directory.writeUInt16LE(layout.members.length, offset + 10);
  directory.writeUInt32LE(offset, offset + 12);
  directory.writeUInt32LE(layout.directoryOffset, offset + 16);
  return directory;
}
