import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Thousands of syncs of a real disk would take most of the time.
const memory = "/dev/shm";

/** Creates an empty folder in memory, if the system has such a folder. `ATC_FAULTS_FOLDER` names another place. */
export async function newFolder() {
  const place = process.env["ATC_FAULTS_FOLDER"] ?? (existsSync(memory) ? memory : tmpdir());
  return await mkdtemp(join(place, "atc-faults-"));
}
