import { type OperationOptions, throwIfAborted, type VerifyFault, type VerifyReport } from "@atc/contract";
import { isSystemError } from "../base/file-system.ts";
import { contentOf } from "../manifest/dataset-content.ts";
import { manifestBytes, manifestPath } from "../manifest/dataset-directory.ts";
import { parseManifest } from "../manifest/manifest.ts";
import type { StoredManifest } from "../manifest/stored-manifest.ts";
import { partsBySegment, segmentFaults } from "../segment/segment-verification.ts";

/** Reads every segment of the newest generation and reports how it differs from the manifest. */
export async function verifyDataset(name: string, directory: string, options: OperationOptions): Promise<VerifyReport> {
  for (;;) {
    const bytes = await manifestBytes(name, directory);
    const manifest = parseManifest(bytes, manifestPath(directory));
    const { faults, isMissingFiles } = await faultsOf(directory, manifest, options);
    // A generation that is replaced during the verification loses its files; the new one is verified instead.
    if (isMissingFiles && !(await manifestBytes(name, directory)).equals(bytes)) continue;
    return {
      name,
      generation: manifest.generation,
      segments: manifest.segments.length,
      bytes: manifest.segments.reduce((sum, segment) => sum + segment.bytes, 0),
      faults,
    };
  }
}

async function faultsOf(
  directory: string,
  manifest: StoredManifest,
  { signal, onProgress }: OperationOptions,
): Promise<{ readonly faults: readonly VerifyFault[]; readonly isMissingFiles: boolean }> {
  const parts = partsBySegment(manifest);
  const total = manifest.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const faults: VerifyFault[] = orderFaults(manifest);
  let isMissingFiles = false;
  let done = 0;
  let reportedAt = 0;
  const advance = (bytes: number): void => {
    throwIfAborted(signal);
    done += bytes;
    if (done < total && done - reportedAt < total / 100) return;
    reportedAt = done;
    onProgress?.({ phase: "verifying", done, total, unit: "bytes" });
  };
  for (const [index, segment] of manifest.segments.entries()) {
    throwIfAborted(signal);
    const own = parts[index] ?? [];
    const symbols = [...new Set(own.map(({ symbol }) => symbol))];
    try {
      for await (const fault of segmentFaults(directory, segment, manifest.columns, own, { advance }))
        faults.push({
          segment: segment.file,
          symbols: fault.symbols ?? symbols,
          message: messageOf(segment.file, fault.what),
        });
    } catch (error) {
      throwIfAborted(signal);
      if (isSystemError(error, "ENOENT")) isMissingFiles = true;
      const what = isSystemError(error, "ENOENT") ? "is missing" : `cannot be read (${reasonOf(error)})`;
      faults.push({ segment: segment.file, symbols, message: messageOf(segment.file, what) });
    }
  }
  // Any other fault makes the content wrong too, and says more.
  if (faults.length === 0) faults.push(...contentFaults(manifest));
  return { faults, isMissingFiles };
}

function messageOf(file: string, what: string): string {
  return `segment "${file}" ${what}; ingest the dataset again, and check the disk`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Parts that begin before the previous part of their symbol ends. */
function orderFaults({ segments, series }: StoredManifest): VerifyFault[] {
  const faults: VerifyFault[] = [];
  for (const { symbol, parts } of series) {
    for (const [i, part] of parts.entries()) {
      const before = parts[i - 1];
      if (before === undefined || BigInt(before.lastTime) <= BigInt(part.firstTime)) continue;
      const file = segments[part.segment]?.file ?? "";
      const what = `begins symbol "${symbol}" at time "${part.firstTime}", before its last row in another segment`;
      faults.push({ segment: file, symbols: [symbol], message: messageOf(file, what) });
    }
  }
  return faults;
}

/** A fault if the content does not follow from the checksums in the manifest, each of which matches the rows. */
function contentFaults(manifest: StoredManifest): VerifyFault[] {
  const { content, kind, columns, series } = manifest;
  const found = content === undefined ? undefined : contentOf({ kind, columns }, series);
  if (found === content) return [];
  const message = `the manifest says that the content is "${content}", but the checksums of its columns result in "${found}"; ingest the dataset again, and check the disk`;
  return [{ segment: "manifest.json", symbols: series.map(({ symbol }) => symbol), message }];
}
