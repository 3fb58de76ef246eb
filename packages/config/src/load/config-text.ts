import { open } from "node:fs/promises";
import { fromSystemError } from "@atc/contract";
import { invalidConfig } from "../faults/config-fault.ts";

const largest = 1 << 20;

function notReadable(file: string, allowed: string, cause?: unknown): Error {
  return invalidConfig([{ path: "", origin: file, value: null, allowed }], cause);
}

/**
 * Reads the text of a configuration file, without a byte order mark.
 *
 * @throws ATC_NOT_FOUND if it does not exist; ATC_INVALID_CONFIG if it is a directory, larger than 1 MiB or not UTF-8;
 * ATC_READ_ONLY or ATC_IO if the system refuses to read it
 */
export async function configText(file: string): Promise<string> {
  const bytes = await configBytes(file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw notReadable(file, "is not UTF-8 text; was a data file given as configuration?", error);
  }
}

async function configBytes(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file);
    try {
      const stat = await handle.stat();
      if (stat.isDirectory()) throw notReadable(file, "is a directory; name a file in it");
      if (stat.size > largest)
        throw notReadable(
          file,
          `has ${stat.size} bytes, but a configuration has at most ${largest}; was a data file given as configuration?`,
        );
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fromSystemError(error, `cannot read the configuration "${file}"`, "check the path");
  }
}
