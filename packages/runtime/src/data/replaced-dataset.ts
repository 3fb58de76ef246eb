import type { DatasetManifest } from "@atc/contract";
import { AtcError, systemNameOf } from "@atc/contract";
import { datasetHistory, sourceNameOf, sourcePathOf } from "@atc/datasets";
import type { Runtime } from "../wiring/runtime.ts";

/** What the rows to write come from. */
type RowsOrigin = { readonly path: string | undefined } | { readonly madeFrom: string };

export interface ReplaceOptions {
  /** That of the rows to write, which may be in the dataset; undefined if it is rewritten in any case. */
  readonly fingerprint?: string | undefined;
  readonly origin: RowsOrigin;
  /** Whether the user asked to write the dataset again. */
  readonly reread: boolean;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** The dataset that a dataset was made from; undefined if it was read from files. */
function madeFrom({ attributes }: DatasetManifest): string | undefined {
  const { source, resample } = attributes;
  if (!isObject(resample) || !isObject(source) || !isObject(source["parts"])) return undefined;
  return String(source["parts"]["dataset"]);
}

/** Whether rows come from elsewhere than those of the dataset. Lists of files may grow, so these are never others. */
function isOther(manifest: DatasetManifest, origin: RowsOrigin): boolean {
  if (manifest.attributes["recipe"] !== undefined) return true;
  const original = madeFrom(manifest);
  if ("madeFrom" in origin) return original !== origin.madeFrom;
  if (original !== undefined) return true;
  const path = sourcePathOf(manifest);
  return path !== undefined && origin.path !== undefined && path !== origin.path;
}

/**
 * Refuses to rewrite a dataset if that may lose rows: those that were appended to it, and those of another file or
 * dataset, which may no longer exist.
 *
 * @throws ATC_INVALID_ARGUMENT
 */
export async function checkMayReplace(
  { store }: Runtime,
  name: string,
  { fingerprint, origin, reread }: ReplaceOptions,
): Promise<void> {
  const manifest = await store.find(name).catch((error: unknown) => {
    // A damaged dataset is rewritten; one that the system could not read may hold appended rows.
    if (systemNameOf(error) !== "") throw error;
    return undefined;
  });
  if (manifest === undefined || manifest.fingerprint === fingerprint) return;
  const refused = (what: string): AtcError =>
    new AtcError("ATC_INVALID_ARGUMENT", `the dataset "${name}" ${what}`, { details: { dataset: name } });
  const last = datasetHistory(manifest).at(-1);
  if (last !== undefined)
    throw refused(
      `also holds rows that were appended from "${last.source}", which writing it again would drop; use the dataset by its name, give another --name, or drop those rows with --drop-appended`,
    );
  if (reread || !isOther(manifest, origin)) return;
  const from = sourceNameOf(manifest);
  throw refused(
    `holds other rows${from === undefined ? "" : `, from ${from}`}; give another --name, or replace them with --reread`,
  );
}
