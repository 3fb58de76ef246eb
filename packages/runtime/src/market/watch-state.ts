import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { crc32 } from "node:zlib";
import { absentOnly, fromSystemError, type JsonObject } from "@atc/contract";
import { replaceFile } from "../output/replace-file.ts";

/** What was computed of a symbol. */
export interface FollowedSymbol {
  /** Rows that its stream has. */
  readonly rows: number;
  /** The time of the last one, in ms. */
  readonly lastTime: number;
  /** The direction that was reported last. */
  readonly direction: number;
  /** A CRC-32 of the times and of each price of these rows. */
  readonly sums: readonly number[];
}

/** The state of a watch: the streams, and what each of them has. */
export interface WatchState {
  readonly symbols: ReadonlyMap<string, FollowedSymbol>;
  readonly snapshot: Uint8Array;
}

const magic = "ATCWATCH1";
const fixedBytes = magic.length + 8;

/** The file of a watch. Another configuration of the signals has another one. */
export function watchFile(dataDir: string, name: string, config: JsonObject): string {
  const digest = createHash("sha256").update(JSON.stringify(config)).digest("hex").slice(0, 16);
  return resolve(join(dataDir, ".watch", `${name}-${digest}.state`));
}

function encoded({ symbols, snapshot }: WatchState): Buffer {
  const body = Buffer.concat([Buffer.from(JSON.stringify([...symbols])), snapshot]);
  const head = Buffer.alloc(fixedBytes);
  head.write(magic, "latin1");
  head.writeUInt32LE(body.length - snapshot.length, magic.length);
  head.writeUInt32LE(crc32(body), magic.length + 4);
  return Buffer.concat([head, body]);
}

function decoded(bytes: Buffer): WatchState | undefined {
  if (bytes.length < fixedBytes || bytes.toString("latin1", 0, magic.length) !== magic) return undefined;
  const body = bytes.subarray(fixedBytes);
  const length = bytes.readUInt32LE(magic.length);
  if (crc32(body) !== bytes.readUInt32LE(magic.length + 4)) return undefined;
  const symbols = symbolsOfText(body.toString("utf8", 0, length));
  return symbols === undefined ? undefined : { symbols, snapshot: body.subarray(length) };
}

function isFollowed(value: unknown): value is FollowedSymbol {
  if (typeof value !== "object" || value === null || !("sums" in value && Array.isArray(value.sums))) return false;
  const { rows, lastTime, direction } = value as Partial<Record<keyof FollowedSymbol, unknown>>;
  return [rows, lastTime, direction, ...(value.sums as readonly unknown[])].every((one) => Number.isFinite(one));
}

/** The symbols of a state; undefined if the text is not one that `encoded` writes. */
function symbolsOfText(text: string): WatchState["symbols"] | undefined {
  try {
    const symbols = new Map(JSON.parse(text) as [string, FollowedSymbol][]);
    const isWhole = [...symbols].every(([symbol, value]) => typeof symbol === "string" && isFollowed(value));
    return isWhole ? symbols : undefined;
  } catch {
    // It is not JSON, or not a list of pairs.
    return undefined;
  }
}

/** Writes the state of a watch. ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO. */
export async function saveWatch(file: string, state: WatchState): Promise<void> {
  await mkdir(dirname(file), { recursive: true }).catch((error: unknown) => {
    throw fromSystemError(error, `cannot make the folder of "${file}"`, "check the folder and the space on the disk");
  });
  await replaceFile(file, [encoded(state)]);
}

/** The state that a watch left; undefined if there is none, `damaged` if it cannot be read. */
export async function loadWatch(file: string): Promise<WatchState | "damaged" | undefined> {
  const bytes = await readFile(file)
    .catch(absentOnly)
    .catch((error: unknown) => {
      throw fromSystemError(error, `cannot read "${file}"`, "check its permissions");
    });
  return bytes === undefined ? undefined : (decoded(bytes) ?? "damaged");
}
