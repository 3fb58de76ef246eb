import type { ArrayStore, DatasetManifest } from "@atc/contract";
import { AtcError, nearest } from "@atc/contract";

/**
 * What to do about a name that no dataset has: the name that was probably meant, where there is one. A dataset made of a file is named by its stem and a
 * hash, so the stem alone is the likeliest slip.
 */
export async function datasetHint(store: ArrayStore, name: string): Promise<string> {
  const names = await store.list();
  const meant = names.find((candidate) => candidate.startsWith(`${name}-`)) ?? nearest(name, names);
  return meant === undefined ? "list the datasets with: atc data list" : `did you mean "${meant}"?`;
}

/**
 * What a dataset says of itself.
 *
 * @throws ATC_NOT_FOUND with the name that was probably meant; ATC_CORRUPT_DATA, ATC_UNSUPPORTED (a newer format)
 */
export async function findDataset(store: ArrayStore, name: string): Promise<DatasetManifest> {
  const manifest = await store.find(name);
  if (manifest !== undefined) return manifest;
  throw new AtcError("ATC_NOT_FOUND", `there is no dataset "${name}"; ${await datasetHint(store, name)}`, {
    details: { name },
  });
}
