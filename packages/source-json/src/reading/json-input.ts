import { open, realpath, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { AtcError, fromSystemError, isAtcError, type SourceInput } from "@atc/contract";
import { type FileState, fileStateOf, identifyingState, throwIfChanged } from "@atc/plugin-kit";

const blockLength = 1024 * 1024;

async function stateOf(path: string): Promise<FileState> {
  const status = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw fromSystemError(error, `cannot read "${path}"`, "check the path");
  });
  return fileStateOf(path, status, "a JSON file in it");
}

function readFault(path: string): (error: unknown) => never {
  return (error) => {
    throw fromSystemError(error, `cannot read "${path}"`, "check the disk and the file's permissions");
  };
}

async function* fileBytes(path: string, state: FileState): AsyncGenerator<Uint8Array> {
  throwIfChanged(path, state, await stateOf(path));
  const handle = await open(path, "r").catch(readFault(path));
  try {
    for (;;) {
      // A new block each time: the reader and the decompressor may keep the last one.
      const { bytesRead, buffer } = await handle.read(new Uint8Array(blockLength)).catch(readFault(path));
      if (bytesRead === 0) break;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
  throwIfChanged(path, state, await stateOf(path));
}

/** A regular file as an input, and its real path. */
export async function fileInput(path: string): Promise<{ readonly input: SourceInput; readonly realPath: string }> {
  const state = await stateOf(path);
  const input: SourceInput = {
    name: path,
    fileName: path,
    size: state.size,
    parts: identifyingState(state),
    open: () => fileBytes(path, state),
  };
  return { input, realPath: await realpath(path) };
}

/** Bytes in order, decompressed if they are gzip. */
export interface ByteStream extends AsyncDisposable {
  /** The next piece; undefined at the end. */
  next(): Promise<Uint8Array | undefined>;
  /** Bytes read from the input so far, as stored. */
  taken(): number;
}

function gunzipFault(name: string, error: unknown): unknown {
  if (isAtcError(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new AtcError(
    "ATC_CORRUPT_DATA",
    `"${name}" is a damaged or incomplete gzip file (${reason}); fetch it again and check it with gzip -t`,
    { cause: error, details: { path: name } },
  );
}

/**
 * Opens an input; `onBytes` receives its bytes as stored.
 *
 * @throws ATC_CORRUPT_DATA for damaged gzip, and what the input throws
 */
export async function openBytes(input: SourceInput, onBytes: (bytes: Uint8Array) => void): Promise<ByteStream> {
  let taken = 0;
  const source = input.open()[Symbol.asyncIterator]();
  const first = await source.next();
  async function* pieces(): AsyncGenerator<Uint8Array> {
    try {
      for (let step = first; step.done !== true; step = await source.next()) {
        taken += step.value.length;
        onBytes(step.value);
        yield step.value;
      }
    } finally {
      await source.return?.(undefined);
    }
  }
  const isGzip = first.done !== true && first.value[0] === 0x1f && first.value[1] === 0x8b;
  const plain = pieces();
  if (!isGzip)
    return {
      next: async () => {
        const { value, done } = await plain.next();
        return done === true ? undefined : value;
      },
      taken: () => taken,
      [Symbol.asyncDispose]: async () => {
        await plain.return(undefined);
        await source.return?.(undefined);
      },
    };
  const gunzip = createGunzip({ chunkSize: blockLength / 4 });
  const compressed = Readable.from(plain);
  compressed.once("error", (error) => gunzip.destroy(error));
  compressed.pipe(gunzip);
  const parts: AsyncIterator<Uint8Array> = gunzip[Symbol.asyncIterator]();
  return {
    next: async () => {
      const { value, done } = await parts.next().catch((error: unknown) => {
        throw gunzipFault(input.name, error);
      });
      return done === true ? undefined : (value as Uint8Array);
    },
    taken: () => taken,
    [Symbol.asyncDispose]: async () => {
      compressed.destroy();
      gunzip.destroy();
      await plain.return(undefined);
      await source.return?.(undefined);
    },
  };
}
