import { AtcError, type AtcErrorCode, isAtcError } from "@atc/contract";

/** Patterns of DuckDB's messages, their error code and a remedy. The first match counts. */
const kinds: readonly (readonly [RegExp, AtcErrorCode, string])[] = [
  [/^INTERRUPT/i, "ATC_ABORTED", "it was interrupted on request"],
  [
    /No space left on device|max_temp_directory_size/i,
    "ATC_NO_SPACE",
    "free space, or name another directory with the option tempDirectory",
  ],
  [/Permission denied|Read-only file system/i, "ATC_READ_ONLY", "check the folder's permissions"],
  [/^Out of Memory/i, "ATC_INVALID_ARGUMENT", "raise the option memoryBytes, or lower threads"],
  [/No files found that match/i, "ATC_NOT_FOUND", "check the path"],
  [/schema mismatch|failed to cast column|union_by_name/i, "ATC_INVALID_DATA", "read files of one schema at a time"],
  [/Malformed JSON|when sniffing file|CSV Error|not utf-8/i, "ATC_INVALID_DATA", "check the file"],
  [
    /^Invalid Error|magic bytes|too small to be a Parquet|Footer length|corrupt|TProtocol|Thrift|decompress|ZSTD|Snappy|GZIP|Parquet/i,
    "ATC_CORRUPT_DATA",
    "the file is damaged or incomplete; fetch it again",
  ],
  [/httpfs|Extension/i, "ATC_UNSUPPORTED", "fetch the files first; nothing is downloaded here"],
  [/^(Parser|Binder|Catalog) Error/i, "ATC_INVALID_ARGUMENT", "check the query and the names in it"],
  [/^(Conversion|Out of Range|Invalid Input) Error/i, "ATC_INVALID_DATA", "check the data and the query"],
  [/^IO Error/i, "ATC_IO", "check the file and the disk"],
];

/** The {@link AtcError} for an error of DuckDB; an AtcError is returned unchanged. */
export function duckdbError(error: unknown, source: string): AtcError {
  if (isAtcError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const [, code, remedy] = kinds.find(([pattern]) => pattern.test(message)) ?? [
    undefined,
    "ATC_IO",
    "check the source",
  ];
  // The other lines repeat the query or list the settings of a reader.
  const reason = message.split("\n").slice(0, 2).join(" ").trim().slice(0, 400);
  const line = /(?:on Line:|in line) (\d+)/.exec(message)?.[1];
  return new AtcError(code as AtcErrorCode, `"${source}": ${reason}; ${remedy}`, {
    cause: error,
    details: { source, ...(line === undefined ? {} : { line: Number(line) }) },
  });
}
