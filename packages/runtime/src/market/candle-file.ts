import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { AtcError, type CandleColumns, type CandlePage, fromSystemError } from "@atc/contract";

/** The columns of candles in stored order. */
export const candleColumnNames = ["timestamp", "open", "high", "low", "close", "volume"] as const;

const magic = 0x3150_4341;
const headerBytes = 24;
const rowBytes = 48;
/** No exchange gives more rows in a page. A length beyond it is damage. */
const mostRows = 1_000_000;

/** The pages of one symbol in a file. A page is whole or, if the process was killed while it was written, absent. */
export interface CandleFile extends AsyncDisposable {
  /** When the next page begins, in ms; undefined before the first page. */
  readonly next: number | undefined;
  readonly rows: number;
  append(page: FilePage): Promise<void>;
  /** Drops the last rows of the last page, at most all of them. The next page begins at the first of these. */
  dropLast(rows: number): Promise<void>;
  /** The pages in order, without those that have no row. Their arrays are new ones. */
  pages(): AsyncIterable<CandleColumns>;
}

/** A page of the symbol of a file. */
type FilePage = Pick<CandlePage, "columns" | "next">;

/** A page as bytes: magic, rows, the start of the next page, a checksum of all others, then the columns. */
function pageBytes({ columns, next }: FilePage): Buffer {
  const rows = columns.timestamp.length;
  const bytes = Buffer.alloc(headerBytes + rows * rowBytes);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(rows, 4);
  bytes.writeDoubleLE(next, 8);
  candleColumnNames.forEach((name, i) => {
    const { buffer, byteOffset, byteLength } = columns[name];
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), headerBytes + i * rows * 8);
  });
  bytes.writeUInt32LE(checksum(bytes), 16);
  return bytes;
}

function checksum(bytes: Buffer): number {
  return crc32(bytes.subarray(headerBytes), crc32(bytes.subarray(0, 16)));
}

function columnsOf(bytes: Buffer, rows: number): CandleColumns {
  const copy = new Uint8Array(bytes.subarray(headerBytes)).buffer;
  const values = (place: number): Float64Array => new Float64Array(copy, place * rows * 8, rows);
  return {
    timestamp: new BigInt64Array(copy, 0, rows),
    open: values(1),
    high: values(2),
    low: values(3),
    close: values(4),
    volume: values(5),
  };
}

function firstRows({ timestamp, open, high, low, close, volume }: CandleColumns, rows: number): CandleColumns {
  const cut = (values: Float64Array): Float64Array => values.subarray(0, rows);
  return {
    timestamp: timestamp.subarray(0, rows),
    open: cut(open),
    high: cut(high),
    low: cut(low),
    close: cut(close),
    volume: cut(volume),
  };
}

/** Reads until `bytes` is full or the file ends: a call may give less than it was asked for. */
async function isFilled(file: FileHandle, bytes: Buffer, at: number): Promise<boolean> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, at + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}

/** A page at a position of a file; undefined at the end, and if it is torn. */
async function readPage(file: FileHandle, at: number): Promise<Buffer | undefined> {
  const header = Buffer.alloc(headerBytes);
  if (!(await isFilled(file, header, at))) return undefined;
  const rows = header.readUInt32LE(4);
  if (header.readUInt32LE(0) !== magic || rows > mostRows) return undefined;
  const bytes = Buffer.alloc(headerBytes + rows * rowBytes);
  return (await isFilled(file, bytes, at)) && checksum(bytes) === bytes.readUInt32LE(16) ? bytes : undefined;
}

/** The pages at the beginning of a file that are whole. */
interface WholePages {
  end: number;
  rows: number;
  next: number | undefined;
  /** The position of the last page. */
  last: number;
}

/** Finds the whole pages, and cuts off what follows them. */
async function keepWholePages(file: FileHandle): Promise<WholePages> {
  const found: WholePages = { end: 0, rows: 0, next: undefined, last: 0 };
  for (let page = await readPage(file, 0); page !== undefined; page = await readPage(file, found.end)) {
    found.last = found.end;
    found.end += page.length;
    found.rows += page.readUInt32LE(4);
    found.next = page.readDoubleLE(8);
  }
  await file.truncate(found.end);
  return found;
}

/** Opens the file of a symbol, which may not exist yet. What a killed process did not finish is cut off. */
export async function openCandleFile(path: string): Promise<CandleFile> {
  const failed = (error: unknown): Error =>
    fromSystemError(error, `cannot keep fetched candles in "${path}"`, "check the space on the disk");
  const file = await open(path, "a+").catch((error: unknown) => {
    throw failed(error);
  });
  const whole = await keepWholePages(file).catch(async (error: unknown) => {
    await file.close().catch(() => undefined);
    throw failed(error);
  });
  const pageAt = async (at: number): Promise<Buffer> => {
    const page = await readPage(file, at).catch((error: unknown) => {
      throw failed(error);
    });
    if (page !== undefined) return page;
    throw new AtcError("ATC_CORRUPT_DATA", `the fetched candles in "${path}" changed; fetch them again`, {
      details: { file: path },
    });
  };
  const write = async (page: FilePage): Promise<void> => {
    const bytes = pageBytes(page);
    try {
      // The file is open for appending, so a write never lands in a former page.
      await file.writeFile(bytes);
    } catch (error) {
      await file.truncate(whole.end).catch(() => undefined);
      throw failed(error);
    }
    whole.last = whole.end;
    whole.end += bytes.length;
    whole.rows += page.columns.timestamp.length;
    whole.next = page.next;
  };
  return {
    get next() {
      return whole.next;
    },
    get rows() {
      return whole.rows;
    },
    append: write,
    async dropLast(rows) {
      if (whole.end === 0) return;
      const page = await pageAt(whole.last);
      const length = page.readUInt32LE(4);
      if (length === 0) return;
      const columns = columnsOf(page, length);
      const kept = Math.max(0, length - rows);
      const next = Number(columns.timestamp[kept]);
      await file.truncate(whole.last).catch((error: unknown) => {
        throw failed(error);
      });
      whole.end = whole.last;
      whole.rows -= length;
      // A process that is killed here loses one page, which is fetched again.
      await write({ columns: firstRows(columns, kept), next });
    },
    async *pages() {
      for (let at = 0; at < whole.end; ) {
        const page = await pageAt(at);
        at += page.length;
        const length = page.readUInt32LE(4);
        if (length > 0) yield columnsOf(page, length);
      }
    },
    async [Symbol.asyncDispose]() {
      // What the disk has lost is found by the checksum of its page.
      await file.close().catch(() => undefined);
    },
  };
}
