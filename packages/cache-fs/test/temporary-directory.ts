import { mkdtemp, readdir, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect } from "vitest";

/** The paths of the files that this process has open; none on systems that do not list them. */
async function openFiles(): Promise<string[]> {
  if (process.platform !== "linux") return [];
  const descriptors = await readdir("/proc/self/fd");
  return Promise.all(descriptors.map((name) => readlink(join("/proc/self/fd", name)).catch(() => "")));
}

/**
 * Creates empty directories, which are removed after the tests of the file. They must not have an open file then: it
 * would keep its directory on Windows.
 */
export function temporaryDirectories(): () => Promise<string> {
  const made: string[] = [];
  afterAll(async () => {
    const open = (await openFiles()).filter((path) => made.some((directory) => path.startsWith(directory)));
    for (const directory of made) await rm(directory, { recursive: true, force: true });
    expect(open).toEqual([]);
  });
  return async () => {
    const directory = await mkdtemp(join(tmpdir(), "atc-cache-fs-"));
    made.push(directory);
    return directory;
  };
}
