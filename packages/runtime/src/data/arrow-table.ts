import { chmod, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TableFile, TablePlan } from "@atc/contract";
import { AtcError, fromSystemError } from "@atc/contract";
import { mmapStore } from "@atc/mmap-store";
import { moveFile } from "@atc/plugin-kit";

/** The largest segment, in bytes. */
const largestSegment = 2 ** 30;

/** Throws what the disk says about a file. */
function refusalOf(path: string): (error: unknown) => never {
  return (error) => {
    throw fromSystemError(error, `cannot write "${path}"`, "check the folder and the space on the disk");
  };
}

/**
 * Starts an Arrow IPC file (Feather version 2). A store in a directory beside the file writes it as a segment, so that
 * memory does not grow with the rows. The file holds at most 1 GiB.
 *
 * @throws ATC_UNSUPPORTED at `finish` if the rows take more than 1 GiB; ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO
 */
export async function arrowTable(path: string, plan: TablePlan): Promise<TableFile> {
  const folder = `${path}.store`;
  const failed = refusalOf(path);
  await mkdir(folder).catch(failed);
  const store = mmapStore({ directory: folder, segmentBytes: largestSegment });
  const close = async (): Promise<void> => {
    await store[Symbol.asyncDispose]();
    // The next export to the file removes what stays.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  };
  try {
    const lock = await store.lock("table");
    const writer = await store.create(lock, { schema: plan.schema, fingerprint: "export", series: plan.series });
    const rows = new Map<string, number>();
    return {
      async write(symbol, columns) {
        const row = rows.get(symbol) ?? 0;
        await writer.write(symbol, row, columns);
        rows.set(symbol, row + (columns["timestamp"]?.length ?? 0));
      },
      async finish() {
        await writer.publish();
        await takeSegment(join(folder, "table"), path);
        await close();
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function takeSegment(directory: string, path: string): Promise<void> {
  const failed = refusalOf(path);
  const segments = (await readdir(directory).catch(failed)).filter((name) => name.endsWith(".arrow"));
  const [only] = segments;
  if (only === undefined || segments.length > 1)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `the rows need ${segments.length} Arrow files of 1 GiB; export one file per symbol with {symbol} in the file name, or a shorter time`,
    );
  // The files of the store are read-only.
  await chmod(join(directory, only), 0o644).catch(failed);
  await moveFile(join(directory, only), path).catch(failed);
}
