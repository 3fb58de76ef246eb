import { AtcError, type DataSource, type SourceInput } from "@atc/contract";
import { invalidOption, joinSources } from "@atc/plugin-kit";
import { type Archive, type ArchiveEntry, readArchive } from "./archive.ts";
import { entryInput } from "./entry-input.ts";

/** How to read the files of an archive. */
export interface ZipOptions {
  /** Opens a file of the archive as a source: `(input) => csv(input, { columns })`. */
  readonly source: (input: SourceInput) => DataSource | Promise<DataSource>;
  /**
   * A pattern of the files to read: `*` matches any text without `/`, `**` any text, `?` one character except `/`.
   * Default: all files.
   */
  readonly entries?: string;
  /**
   * The most decompressed bytes of all files. An archive with more is refused before anything is decompressed. Default:
   * 200 times the archive's size, at least 1 GiB: rows of text shrink by a factor of 3 to 20, zip bombs by a thousand.
   */
  readonly maxBytes?: number;
}

const leastLimit = 2 ** 30;
const usualRatio = 200;
const stored = 0;
const deflated = 8;

function checkOptions({ source, entries, maxBytes }: ZipOptions): void {
  if (typeof source !== "function")
    throw invalidOption("zip", "source", source, "a function that opens a file of the archive");
  if (entries !== undefined && (typeof entries !== "string" || entries === ""))
    throw invalidOption("zip", "entries", entries, "a pattern such as *.csv");
  if (maxBytes !== undefined && !(Number.isSafeInteger(maxBytes) && maxBytes > 0))
    throw invalidOption("zip", "maxBytes", maxBytes, "a number of bytes");
}

function patternOf(pattern: string): RegExp {
  const translated = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*\/?|\*|\?/g, (wildcard) => (wildcard === "?" ? "[^/]" : wildcard === "*" ? "[^/]*" : ".*"));
  return new RegExp(`^${translated}$`, "u");
}

/** The files to read, sorted by name: without folders, names that start with `.`, and the metadata of macOS. */
function chosenEntries({ path, entries }: Archive, pattern: string | undefined): readonly ArchiveEntry[] {
  const files = entries.filter(({ name }) => !/\/$|(?:^|\/)(?:__MACOSX\/|\.[^/.])/.test(name));
  const expression = pattern === undefined ? undefined : patternOf(pattern);
  const chosen = files.filter(({ name }) => expression?.test(name) ?? true);
  if (chosen.length > 0) return chosen.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  throw new AtcError(
    "ATC_INVALID_DATA",
    files.length === 0
      ? `"${path}" contains no file; give an archive of files with rows`
      : `"${path}" contains no file that matches "${pattern}"; it contains ${files
          .slice(0, 10)
          .map(({ name }) => `"${name.slice(0, 80)}"`)
          .join(", ")}`,
    { details: { path } },
  );
}

function checkReadable({ path }: Archive, { name, entry }: ArchiveEntry): void {
  const refuse = (why: string): AtcError =>
    new AtcError("ATC_UNSUPPORTED", `"${path}/${name}" ${why}`, { details: { path, entry: name } });
  if (entry.isEncrypted()) throw refuse("is encrypted; unpack it with its password and give the file");
  if (entry.compressionMethod !== stored && entry.compressionMethod !== deflated)
    throw refuse(
      `has the compression method ${entry.compressionMethod}, but only deflate is supported; pack it again, or unpack it`,
    );
}

function checkSize({ path, state }: Archive, entries: readonly ArchiveEntry[], maxBytes: number | undefined): void {
  const limit = maxBytes ?? Math.max(leastLimit, usualRatio * state.size);
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total <= limit) return;
  throw new AtcError(
    "ATC_UNSUPPORTED",
    `"${path}" has ${state.size} bytes and expands to ${total}, more than ${limit}; if you trust it, give the option maxBytes`,
    { details: { path, bytes: total, limit } },
  );
}

/**
 * Opens the files of a zip archive as one source, which reads the files one after another, in order of their names.
 * Nothing is unpacked to the disk. Each file's length and CRC-32 are checked while it is read. `summary().overlaps`
 * reports rows that two files have in common.
 *
 * @param path - a regular file
 * @throws ATC_NOT_FOUND; ATC_INVALID_ARGUMENT for a directory or an option out of range; ATC_UNSUPPORTED for another
 * format, encrypted files, compressions other than deflate, or more bytes than `maxBytes`; ATC_INVALID_DATA for an
 * archive without files, or with files whose columns differ; ATC_CORRUPT_DATA for a damaged archive; and errors of the
 * files' source
 */
export async function zip(path: string, options: ZipOptions): Promise<DataSource> {
  checkOptions(options);
  const archive = await readArchive(path);
  const entries = chosenEntries(archive, options.entries);
  for (const entry of entries) checkReadable(archive, entry);
  checkSize(archive, entries, options.maxBytes);
  const opened: DataSource[] = [];
  try {
    for (const entry of entries) opened.push(await options.source(entryInput(archive, entry)));
    const joined = joinSources(opened, { name: path });
    return { ...joined, identity: { ...joined.identity, path: archive.realPath } };
  } catch (error) {
    for (const source of opened) await source[Symbol.asyncDispose]();
    throw error;
  }
}
