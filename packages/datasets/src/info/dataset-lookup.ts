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
 * The name of a dataset that is given by its name, or by the stem of the file that it was read from: `AAPL` for
 * `AAPL-52c45a79`. The given name if there is no such dataset.
 *
 * @throws ATC_INVALID_ARGUMENT if several datasets have the stem
 */
export async function datasetNamed(store: ArrayStore, given: string): Promise<string> {
  const names = await store.list();
  if (names.includes(given)) return given;
  const stem = given.replace(/[^A-Za-z0-9._-]/g, "_");
  const found = names.filter((name) => name.length === stem.length + 9 && /^-[0-9a-f]{8}$/.test(name.slice(-9)));
  const [first, ...others] = found.filter((name) => name.startsWith(stem));
  if (others.length === 0) return first ?? given;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `several datasets are of a file "${given}": ${[first, ...others].join(", ")}; give the whole name of one`,
    { details: { name: given } },
  );
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
