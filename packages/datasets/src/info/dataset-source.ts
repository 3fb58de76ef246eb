import type { DatasetManifest } from "@atc/contract";
import { isObject } from "./json-object.ts";

/** A text member of `attributes.source`, which ingest writes. */
function sourceMember({ attributes }: DatasetManifest, name: "name" | "path"): string | undefined {
  const { source } = attributes;
  const value = isObject(source) ? source[name] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** The file that a dataset was read from; undefined if it was not read from one file. */
export function sourcePathOf(manifest: DatasetManifest): string | undefined {
  return sourceMember(manifest, "path");
}

/** What a dataset was read from, for people: the path of a file, or another name of the source. */
export function sourceNameOf(manifest: DatasetManifest): string | undefined {
  return sourcePathOf(manifest) ?? sourceMember(manifest, "name");
}
