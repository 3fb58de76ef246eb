import type { ArrayStore, DatasetManifest } from "@atc/contract";
import { AtcError, nearest } from "@atc/contract";

/**
 * What to do about an unknown dataset name: the likely name, if there is one, or the command that lists the names. A
 * dataset of a file is named by the file's stem and a hash, so a name that starts with the stem is the first choice.
 */
export async function datasetHint(store: ArrayStore, name: string): Promise<string> {
  const names = await store.list();
  const meant = names.find((candidate) => candidate.startsWith(`${name}-`)) ?? nearest(name, names);
  return meant === undefined ? "list the datasets with: atc data list" : `did you mean "${meant}"?`;
}

/**
 * The manifest of a dataset.
 *
 * @throws ATC_NOT_FOUND with the likely name; ATC_CORRUPT_DATA, ATC_UNSUPPORTED (a newer format)
 */
export async function findDataset(store: ArrayStore, name: string): Promise<DatasetManifest> {
  const manifest = await store.find(name);
  if (manifest !== undefined) return manifest;
  throw new AtcError("ATC_NOT_FOUND", `there is no dataset "${name}"; ${await datasetHint(store, name)}`, {
    details: { name },
  });
}
