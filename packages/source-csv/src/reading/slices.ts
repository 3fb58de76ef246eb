import { type OperationOptions, type SlicedSource, type SourceDigest, throwIfAborted } from "@atc/contract";
import { LF } from "@atc/plugin-kit";
import { fileBytes } from "../files/byte-stream.ts";
import { hashFunctions, hexOf } from "../files/hash.ts";
import { checkUnchangedPlain, closeFile, openFile, type PlainFile, readFully } from "../files/source-file.ts";
import { longestRow } from "../rows/row-context.ts";
import type { OpenedFile } from "./chunks.ts";
import { sliceJson } from "./slice-input.ts";

/** Bytes read at once to find the end of a line. */
const searchLength = 4096;
/** Bytes hashed at once. */
const digestLength: number = 1024 * 1024;

/**
 * The offset of the first line that starts after `position`; undefined if none does within the length of the longest
 * row.
 */
async function lineStart(
  read: (target: Uint8Array, position: number) => Promise<number>,
  position: number,
): Promise<number | undefined> {
  const bytes = new Uint8Array(searchLength);
  for (let at = position; at < position + longestRow; at += searchLength) {
    const length = await read(bytes, at);
    const newline = bytes.subarray(0, length).indexOf(LF);
    if (newline >= 0) return at + newline + 1;
    if (length < searchLength) return undefined;
  }
  return undefined;
}

async function digest(file: PlainFile, { signal }: OperationOptions): Promise<SourceDigest> {
  const hash = (await hashFunctions()).create64();
  const handle = await openFile(file.path);
  try {
    await checkUnchangedPlain(handle, file.path, file);
    await using input = fileBytes({ handle, path: file.path, hash });
    const bytes = new Uint8Array(digestLength);
    while ((await input.read(bytes)) > 0) throwIfAborted(signal);
    await checkUnchangedPlain(handle, file.path, file);
    return { bytes: input.taken(), hash: hexOf(hash.digest()) };
  } finally {
    await closeFile(handle);
  }
}

/** Cuts a file into slices of about `length` bytes; undefined if it can only be read from its start. */
export async function slicesOf(
  { path, input: { plainFile }, layout, badRows }: OpenedFile,
  length: number,
): Promise<SlicedSource | undefined> {
  if (plainFile === undefined || layout.loneReturns) return undefined;
  // A slice does not know on which pass of repeated times the slice before it ended.
  if (layout.localTime?.disambiguation === "infer") return undefined;
  const starts = [layout.start];
  const handle = await openFile(plainFile.path);
  try {
    await checkUnchangedPlain(handle, path, plainFile);
    const read = (target: Uint8Array, position: number): Promise<number> =>
      readFully({ handle, path }, target, position);
    for (let border = length; border < plainFile.size; border += length) {
      const start = await lineStart(read, border);
      if (start !== undefined && start > (starts.at(-1) as number) && start < plainFile.size) starts.push(start);
    }
  } finally {
    await closeFile(handle);
  }
  return {
    // By name, not by path: package.json maps it to the compiled module, which threads need, even if this one runs as
    // source.
    module: import.meta.resolve("@atc/source-csv/slice-reader"),
    input: sliceJson({ path, layout, policy: badRows, file: plainFile }),
    starts,
    end: plainFile.size,
    line: layout.line,
    digest: (options = {}) => digest(plainFile, options),
  };
}
