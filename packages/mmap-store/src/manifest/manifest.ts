import { crc32 } from "node:zlib";
import { AtcError, type DatasetManifest, type SeriesExtent } from "@atc/contract";
import { hexOf } from "../base/checksum.ts";
import { seriesExtents } from "./dataset-content.ts";
import { manifestFault, partsFault, seriesFault } from "./manifest-check.ts";
import type { StoredManifest, StoredSeries } from "./stored-manifest.ts";

/** The version of the dataset format that this package writes and reads. */
export const formatVersion = 1;

/** Bytes of the last two lines of a manifest, which hold the checksum of all bytes before them. */
const checksumLength = ' "crc32": "00000000"\n}\n'.length;

/**
 * The text of `manifest.json`: one line per member, segment and series. Its last member is the CRC-32 of all bytes
 * before that line.
 */
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
 * Reads `manifest.json` and checks all of it.
 *
 * @throws ATC_UNSUPPORTED for a newer format, ATC_CORRUPT_DATA for anything that this package does not write.
 */
export function parseManifest(bytes: Uint8Array, path: string): StoredManifest {
  const stored = parseManifestHead(bytes, path);
  checkAllSeries(stored, path);
  return stored;
}

/** Throws ATC_CORRUPT_DATA if the series of a manifest do not match its segments. */
export function checkAllSeries(stored: StoredManifest, path: string): void {
  const fault = seriesFault(stored);
  if (fault !== undefined) throw damaged(path, fault);
}

/** Throws ATC_CORRUPT_DATA if a series is outside of its segments. */
export function checkSeries(stored: StoredManifest, series: StoredSeries, path: string): void {
  const fault = partsFault(stored, series);
  if (fault !== undefined) throw damaged(path, fault);
}

function damaged(path: string, what: string, cause?: unknown): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `the manifest "${path}" is damaged: ${what}; ingest the dataset again`, {
    cause,
    details: { path },
  });
}

/**
 * Reads `manifest.json` and checks all but its series, which take most of the time if there are thousands.
 *
 * @throws ATC_UNSUPPORTED for a newer format, ATC_CORRUPT_DATA for anything that this package does not write.
 */
export function parseManifestHead(bytes: Uint8Array, path: string): StoredManifest {
  let stored: unknown;
  try {
    stored = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw damaged(path, "it is not JSON", error);
  }
  if (typeof stored !== "object" || stored === null || !("format" in stored) || stored.format !== "atc-dataset")
    throw damaged(path, 'it has no member "format" of value "atc-dataset"');
  const version = "formatVersion" in stored ? stored.formatVersion : undefined;
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 1)
    throw damaged(path, "its formatVersion is not a whole number of 1 or more");
  if (version > formatVersion)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `"${path}" has format version ${version}, and this package reads versions up to ${formatVersion}; update @atc/mmap-store`,
      { details: { path, formatVersion: version } },
    );
  const checksum = hexOf(crc32(bytes.subarray(0, -checksumLength)));
  if (!("crc32" in stored) || stored.crc32 !== checksum) throw damaged(path, "its crc32 does not match its content");
  const fault = manifestFault(stored);
  if (fault !== undefined) throw damaged(path, fault);
  const checked: unknown = stored;
  return checked as StoredManifest;
}

/** The public manifest of a stored one. Calls `check` before its series are read for the first time. */
export function datasetManifest(
  name: string,
  stored: StoredManifest,
  check: () => void = () => undefined,
): DatasetManifest {
  const { formatVersion, generation, fingerprint, content, timeIs, createdAt, attributes, segments } = stored;
  let series: readonly SeriesExtent[] | undefined;
  return {
    name,
    formatVersion,
    generation,
    schema: { kind: stored.kind, columns: stored.columns },
    fingerprint,
    ...(content === undefined ? {} : { content }),
    rows: segments.reduce((sum, { rows, superseded = 0 }) => sum + rows - superseded, 0),
    bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
    get series() {
      if (series === undefined) {
        check();
        series = seriesExtents(stored);
      }
      return series;
    },
    ...(timeIs === undefined ? {} : { timeIs }),
    createdAt,
    attributes,
  };
}
