import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type ArrayStore, AtcError, absentOnly } from "@atc/contract";

/** Watches the files of datasets that tasks read. */
export interface DatasetGuard {
  /**
   * Verifies a dataset if a file of it has changed since the first call. Segments never change, so this finds what
   * another program wrote into them.
   *
   * @throws ATC_CORRUPT_DATA with the segment if the content differs from the manifest
   */
  check(name: string): Promise<void>;
}

/** What is known of the files of a dataset. */
interface Seen {
  readonly state: string;
  /** What is wrong with the content; undefined if nothing is. */
  readonly fault: string | undefined;
}

/** Sizes and times of all files; "" for a dataset that has no folder. */
async function stateOf(folder: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true }).catch(absentOnly)) ?? [];
  const states = await Promise.all(
    names.toSorted().map(async (name) => {
      const found = await stat(join(folder, name)).catch(absentOnly);
      return found?.isFile() === true ? `${name} ${found.size} ${found.mtimeMs} ${found.ino}` : "";
    }),
  );
  return states.join("\n");
}

/** The guard of the datasets in a folder, which have a folder each. */
export function datasetGuard(store: Pick<ArrayStore, "verify">, dataDir: string): DatasetGuard {
  const seen = new Map<string, Promise<Seen>>();

  async function look(name: string, before: Seen | undefined): Promise<Seen> {
    const state = await stateOf(join(dataDir, name));
    if (before === undefined) return { state, fault: undefined };
    if (before.state === state) return before;
    if (store.verify === undefined) return { state, fault: "its files are other ones; start the worker again" };
    const { faults } = await store.verify(name);
    return { state, fault: faults[0]?.message };
  }

  return {
    async check(name) {
      const before = seen.get(name)?.catch(() => undefined);
      const now = Promise.resolve(before).then((known) => look(name, known));
      seen.set(name, now);
      const { fault } = await now;
      if (fault === undefined) return;
      throw new AtcError("ATC_CORRUPT_DATA", `dataset "${name}" in "${dataDir}" changed under a worker: ${fault}`, {
        details: { path: join(dataDir, name) },
      });
    },
  };
}
