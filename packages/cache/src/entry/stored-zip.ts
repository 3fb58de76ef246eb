/** A member of a stored zip, before its data is known. */
export interface ZipMember {
  /** The member's name. */
  readonly name: string;
  /** Bytes of its data. */
  readonly size: number;
}

/** Where a member lies. */
export interface PlacedMember extends ZipMember {
  readonly nameBytes: Buffer;
  /** Where its local header begins. */
  readonly headerOffset: number;
  /** Where its data begins: a multiple of 64. */
  readonly dataOffset: number;
}

/** Where everything lies in a stored zip; it follows from the members' names and sizes alone. */
export interface ZipLayout {
  readonly members: readonly PlacedMember[];
  readonly directoryOffset: number;
  readonly length: number;
}

/** Data begins at multiples of this many bytes. */
export const alignment = 64;
const localHeaderSize = 30;
const centralHeaderSize = 46;
const endRecordSize = 22;

/** Lays the members out in their order. */
export function layOutZip(members: readonly ZipMember[]): ZipLayout {
  const placed: PlacedMember[] = [];
  let offset = 0;
  let directorySize = 0;
  for (const { name, size } of members) {
    const nameBytes = Buffer.from(name, "utf8");
    const bare = offset + localHeaderSize + nameBytes.length;
    // An extra field takes 6 bytes at least (its id, size and the alignment), so a smaller gap grows by one step.
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
/** 1 January 1980, the first day that zip knows: an entry's bytes follow from its content. */
const date = 0x0021;
/** The id of an extra field that Android's zipalign defined for padding; readers pass over it. */
const paddingId = 0xd935;

/** The bytes between the end of the member before and the member's data. */
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

/** The central directory and the record that ends the archive. */
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
