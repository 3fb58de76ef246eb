type Bytes = Uint8Array<ArrayBuffer>;

/** A member of a zip archive, still deflated. */
interface Member {
  readonly deflated: Bytes;
  /** Bytes after inflating. */
  readonly size: number;
}

function decodeBase64(text: string): Bytes {
  const { fromBase64 } = Uint8Array as unknown as { fromBase64?: (text: string) => Bytes };
  if (fromBase64 !== undefined) return fromBase64.call(Uint8Array, text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** The members of an archive by name, from its central directory. */
function membersOf(bytes: Bytes): ReadonlyMap<string, Member> {
  const view = new DataView(bytes.buffer);
  const end = bytes.length - 22;
  const members = new Map<string, Member>();
  const decoder = new TextDecoder();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const length = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    const nameLength = view.getUint16(at + 28, true);
    const extra = view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const local = view.getUint32(at + 42, true);
    const name = decoder.decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    members.set(name, { deflated: bytes.subarray(from, from + length), size });
    at += 46 + nameLength + extra;
  }
  return members;
}

/** Deflate shortens a run of equal bytes by a factor of about 1032, and nothing by more. */
const mostExpansion = 1040;

/** Inflates a member. The bytes go through the stream without a Blob, which would travel to another process. */
async function inflated({ deflated, size }: Member): Promise<Bytes> {
  if (size > mostExpansion * deflated.length)
    throw new Error(`${deflated.length} bytes cannot inflate to an array of ${size}`);
  const { readable, writable } = new DecompressionStream("deflate-raw");
  const writer = writable.getWriter();
  // A fault reaches the reader too, which reports it.
  writer.write(deflated).catch(() => undefined);
  writer.close().catch(() => undefined);
  const reader = readable.getReader();
  const bytes = new Uint8Array(size);
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes.set(value, at);
    at += value.length;
  }
  if (at < size) throw new Error(`an array has ${at} bytes instead of ${size}`);
  return bytes;
}

/** Reads the members of an archive. */
export interface Archive {
  /** Inflates a member; undefined if there is none. */
  read(name: string): Promise<Bytes | undefined>;
}

/** Opens the archive whose base64 is the text of an element. */
export function openArchive(base64: string): Archive {
  const members = membersOf(decodeBase64(base64.trim()));
  return {
    async read(name) {
      const member = members.get(name);
      return member && (await inflated(member));
    },
  };
}
