import { join } from "node:path";
import { listRuns, openRun } from "@atc/runs";

/** The folder of the stored runs of a project. */
export const runsIn = (folder) => join(folder, ".atc", "runs");

/** What `textOf` says of each stored run, after all of its files are read and verified; the code of a damaged one. */
export async function wholeRuns(folder, textOf) {
  const directory = runsIn(folder);
  const found = [];
  for (const { id, run, problem } of await listRuns({ directory })) {
    if (run === undefined) found.push(`${id} ${problem.code}`);
    else {
      const opened = await openRun(id, { directory });
      for (const file of opened.files) await opened.read(file);
      await opened.symbols();
      found.push(textOf(run));
    }
  }
  return found.join(" ");
}
