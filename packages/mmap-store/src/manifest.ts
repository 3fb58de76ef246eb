import { crc32 } from "node:zlib";
import { AtcError, type DatasetManifest } from "@atc/contract";
import { hexOf } from "./checksum.ts";
import { checkStoredManifest } from "./manifest-check.ts";
import type { StoredManifest } from "./stored-manifest.ts";

/** The version of the dataset format that this package writes and reads. */
export const formatVersion = 1;

/** Bytes of the last two lines of a manifest, which hold the checksum of all bytes ahead of them. */
const checksumLength = ' "crc32": "00000000"\n}\n'.length;

/** The text of `manifest.json`: one line for each member, segment and series. Its last member is the CRC-32 of all bytes ahead of that line. */
export function formatManifest(manifest: StoredManifest): string {
  const members = Object.entries(manifest).map(([key, value]) => {
    const isList = key === "segments" || key === "series";
    const text = isList
      ? `[\n  ${value.map((item: unknown) => JSON.stringify(item)).join(",\n  ")}\n ]`
      : JSON.stringify(value);
    return ` ${JSON.stringify(key)}: ${text},\n`;
  });
  const text = `{\n${members.join("")}`;
  return `${text} "crc32": "${hexOf(crc32(text))}"\n}\n`;
}

/**
 * Reads `manifest.json`.
 *
 * @throws ATC_UNSUPPORTED for a newer format, ATC_CORRUPT_DATA for anything no writer of ours could have left.
 */
export function parseManifest(bytes: Uint8Array, path: string): StoredManifest {
  const corrupt = (what: string, cause?: unknown): AtcError =>
    new AtcError("ATC_CORRUPT_DATA", `the manifest "${path}" is damaged: ${what}; ingest the dataset again`, {
      cause,
      details: { path },
    });
  let stored: unknown;
  try {
    stored = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw corrupt("it is no JSON", error);
  }
  if (typeof stored !== "object" || stored === null || !("format" in stored) || stored.format !== "atc-dataset")
    throw corrupt('it has no member "format" of value "atc-dataset"');
  const version = "formatVersion" in stored ? stored.formatVersion : undefined;
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 1)
    throw corrupt("its formatVersion is no version");
  if (version > formatVersion)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `"${path}" is of format version ${version}, this package reads up to ${formatVersion}; update @atc/mmap-store`,
      { details: { path, formatVersion: version } },
    );
  const checksum = hexOf(crc32(bytes.subarray(0, -checksumLength)));
  if (!("crc32" in stored) || stored.crc32 !== checksum) throw corrupt("its crc32 does not match its content");
  const fault = checkStoredManifest(stored);
  if (fault !== undefined) throw corrupt(fault);
  const checked: unknown = stored;
  return checked as StoredManifest;
}

/** What a dataset says of itself, from what is stored. */
export function describe(name: string, stored: StoredManifest): DatasetManifest {
  const { formatVersion, generation, fingerprint, createdAt, attributes } = stored;
  const series = stored.series.map(({ symbol, parts }) => ({
    symbol,
    rows: parts.reduce((sum, part) => sum + part.rows, 0),
    firstTime: BigInt(parts[0]?.firstTime ?? 0),
    lastTime: BigInt(parts.at(-1)?.lastTime ?? 0),
  }));
  return {
    name,
    formatVersion,
    generation,
    schema: { kind: stored.kind, columns: stored.columns },
    fingerprint,
    rows: series.reduce((sum, { rows }) => sum + rows, 0),
    bytes: stored.segments.reduce((sum, segment) => sum + segment.bytes, 0),
    series,
    createdAt,
    attributes,
  };
}
