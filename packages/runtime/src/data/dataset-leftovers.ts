import { type AtcConfig, configDefaults } from "@atc/config";
import { type DatasetLeftovers, freeLeftovers } from "@atc/mmap-store";

/**
 * Removes segments that no dataset needs any more, and lists those that the system keeps because a program has them
 * open, as only Windows does. A store of another plugin has none.
 */
export async function datasetLeftovers({
  dataDir,
  dataStore,
}: Pick<AtcConfig, "dataDir" | "dataStore">): Promise<readonly DatasetLeftovers[]> {
  return dataStore === configDefaults.dataStore ? await freeLeftovers(dataDir) : [];
}
