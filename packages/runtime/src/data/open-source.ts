import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { DataSource, Executor, JsonValue } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { IngestOptions } from "@atc/ingest";
import { datasetName } from "@atc/ingest";
import { joinSources } from "@atc/plugin-kit";
import { endingOf } from "../plugins/file-endings.ts";
import type { InstalledPlugin } from "../plugins/installed-plugins.ts";
import { type KnownSource, sourcePackageFor } from "../plugins/package-names.ts";
import type { InstalledPluginHost } from "../plugins/plugin-host.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { priceAdjustment } from "./price-adjustment.ts";
import { filesOf } from "./source-files.ts";

/** How files are read. */
export interface ReadingOptions {
  /**
   * The source that reads the files, such as `duckdb`. Default: by the endings of the files; `csv` if no source claims
   * them.
   */
  readonly source?: string;
  /** A query whose rows are read, by the source `duckdb`. The files, if there are any, are its view `files`. */
  readonly sql?: string;
  /** Options of the source: `symbol`, `columns`, `badRows`, `timeZone` and others that its package declares. */
  readonly sourceOptions?: Readonly<Record<string, JsonValue>>;
  /**
   * Whether open, high and low are scaled by the factor adjusted close / close, and the volume by its inverse. The
   * column of adjusted closes is recognised by its name (`Adj Close`, `adjusted_close`), or is named by
   * `columns.close`. `false` reads an adjusted close beside raw prices as it is, which is refused by default.
   */
  readonly adjust?: boolean;
  /** What happens to rows of the same symbol and time. */
  readonly duplicates?: IngestOptions["duplicates"];
  /**
   * Memory limit of the process while it reads, in bytes. Default: 224 MiB, or 3/4 of the memory of a small container
   * or machine.
   */
  readonly memoryBytes?: number;
}

/** The sources of all installed packages. */
export async function installedSources({ host }: Pick<Runtime, "host">): Promise<readonly InstalledPlugin[]> {
  return (await host.installed()).filter(({ kind }) => kind === "source");
}

/**
 * The source that claims the longest ending of a file name; `csv` if no installed source and no package of this
 * repository does.
 */
function sourceFor(file: string, sources: readonly InstalledPlugin[], host: InstalledPluginHost): string {
  const claims = sources.flatMap(({ name, extensions }) => extensions.map((extension) => ({ name, extension })));
  const ending = endingOf(
    file,
    claims.map(({ extension }) => extension),
  );
  const known = sourcePackageFor(file);
  // A source with a shorter ending, such as `.gz`, must not read a file that another package is made for.
  if (known !== undefined && known.ending.length > (ending?.length ?? 0)) {
    if (sources.some(({ packageName }) => packageName === known.packageName)) return known.source;
    throw missingSource(file, known, host);
  }
  return claims.find(({ extension }) => extension === ending)?.name ?? "csv";
}

function missingSource(file: string, { packageName, source }: KnownSource, host: InstalledPluginHost): AtcError {
  const packages = [packageName];
  const install = host.installLine(packages);
  return new AtcError(
    "ATC_MISSING_PLUGIN",
    `"${file}" needs ${packageName}, which is not installed (${host.searched}); install it with: ${install}`,
    { details: { path: file, kind: "source", name: source, packages, searched: host.folders, install } },
  );
}

/**
 * Opens files, directories and patterns as one source. The installed source that claims the ending of a file's name
 * reads the file. Files follow each other in the given order, those of a directory or a pattern in the order of their
 * names.
 *
 * @throws ATC_NOT_FOUND for a missing file, an empty directory or a pattern that matches nothing; ATC_MISSING_PLUGIN
 * with the command that installs a package; ATC_INVALID_ARGUMENT for an option that the source does not have, and for
 * an adjusted close beside raw prices without `adjust`;
 * ATC_INVALID_DATA if the columns of the files differ; what the source throws
 */
export async function openSource(
  runtime: Runtime,
  paths: readonly string[],
  options: ReadingOptions = {},
): Promise<DataSource> {
  const adjustment = priceAdjustment(options);
  const { sourceOptions } = adjustment;
  let source: DataSource | undefined;
  try {
    source = await openPlainSource(runtime, paths, { ...options, sourceOptions });
    return adjustment.apply(source);
  } catch (error) {
    await source?.[Symbol.asyncDispose]();
    throw source === undefined ? adjustment.explained(error) : error;
  }
}

/** Opens files as one source, with their prices as they are. */
async function openPlainSource(
  runtime: Runtime,
  paths: readonly string[],
  options: ReadingOptions,
): Promise<DataSource> {
  const { host } = runtime;
  const { sql, source: forced, sourceOptions = {} } = options;
  const sources = await installedSources(runtime);
  const files = (await filesOf(runtime.cwd, paths, sources)).map(({ path }) => path);
  if (sql !== undefined)
    return await host.find("source", forced ?? "duckdb", {
      ...sourceOptions,
      sql,
      ...(files.length > 0 ? { path: files } : {}),
    });
  if (files.length === 0) throw new AtcError("ATC_INVALID_ARGUMENT", "no file is named; give a file, or --sql QUERY");
  const names = files.map((file) => forced ?? sourceFor(file, sources, host));
  const [name = "csv"] = names;
  const takesLists = sources.some((source) => source.name === name && source.takesLists);
  if (files.length > 1 && takesLists && names.every((one) => one === name))
    return await host.find("source", name, { ...sourceOptions, path: files });
  const open = (file: number, more: Readonly<Record<string, JsonValue>> = {}): Promise<DataSource> =>
    host.find("source", names[file] ?? "csv", { ...sourceOptions, ...more, path: files[file] ?? "" });
  const opened = await openAll(files, names, open, sourceOptions);
  const [first, second] = opened;
  if (first !== undefined && second === undefined) return first;
  const joined = paths.length === 1 ? String(paths[0]) : `${files[0]} and ${files.length - 1} more`;
  try {
    return joinSources(opened, { name: joined });
  } catch (error) {
    await disposeAll(opened);
    throw error;
  }
}

async function disposeAll(sources: readonly DataSource[]): Promise<void> {
  for (const source of sources) await source[Symbol.asyncDispose]();
}

/** Whether a file could not be opened because its first line is a row rather than a header. */
function lacksHeader(error: unknown): boolean {
  return error instanceof AtcError && error.details["headerless"] === true;
}

/**
 * Whether a source of dates would give other times as instants: dates are midnights of UTC, and instants of the zone
 * that the options name.
 */
export function datesMoveInZone({ timeIs }: DataSource, options: Readonly<Record<string, JsonValue>> = {}): boolean {
  const { timeZone } = options;
  return timeIs === "date" && options["timeIs"] === undefined && timeZone !== undefined && timeZone !== "UTC";
}

/** A source of dates that was opened as one of instants, with a note. */
export function withMidnightNote(source: DataSource): DataSource {
  const note = "dates are read as midnights of the time zone, because other rows have times of day";
  return {
    ...source,
    notes: [...(source.notes ?? []), note],
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

/**
 * Opens files in their order. The first CSV file with a header lends its names to those without, if they have as many
 * fields: vendors begin or cease to write headers. Files of dates among others are read as instants, so that their days
 * begin as those of the others do.
 */
async function openAll(
  files: readonly string[],
  names: readonly string[],
  open: (file: number, more?: Readonly<Record<string, JsonValue>>) => Promise<DataSource>,
  options: Readonly<Record<string, JsonValue>>,
): Promise<readonly DataSource[]> {
  const opened = new Map<number, DataSource>();
  const lent = new Map<number, Readonly<Record<string, JsonValue>>>();
  const without = new Map<number, unknown>();
  try {
    for (const file of files.keys())
      try {
        opened.set(file, await open(file));
      } catch (error) {
        if (!lacksHeader(error) || names[file] !== "csv") throw error;
        without.set(file, error);
      }
    const lender = [...opened.keys()].find((file) => names[file] === "csv");
    for (const [file, error] of without) {
      if (lender === undefined) throw error;
      lent.set(file, { headerOf: files[lender] ?? "" });
      opened.set(file, await open(file, lent.get(file)));
    }
    const isMixed = new Set([...opened.values()].map(({ timeIs }) => timeIs === "date")).size > 1;
    for (const [file, source] of opened)
      if (isMixed && datesMoveInZone(source, options)) {
        await source[Symbol.asyncDispose]();
        opened.delete(file);
        opened.set(file, withMidnightNote(await open(file, { ...lent.get(file), timeIs: "instant" })));
      }
    return [...opened].sort(([a], [b]) => a - b).map(([, source]) => source);
  } catch (error) {
    await disposeAll([...opened.values()]);
    throw error;
  }
}

/** Characters of the hash at the end of a default name, and of the hyphen before it. */
const endOfName = 9;

/** The default name of the dataset of some files or of a query. */
export function defaultName(runtime: Pick<Runtime, "cwd">, paths: readonly string[], sql: string | undefined): string {
  const places = paths.map((path) => resolve(runtime.cwd, path));
  if (sql === undefined) {
    const name = datasetName(places.join("|").replace(/\/+$/, ""));
    const [first = ""] = places;
    if (places.length < 2) return name;
    // Not the stem of one file, which would name the dataset as if it had that file alone.
    return `${datasetName(first).slice(0, -endOfName)}-and-${places.length - 1}-more${name.slice(-endOfName)}`;
  }
  const digits = createHash("sha256")
    .update([sql, ...places].join("\n"))
    .digest("hex");
  return `query-${digits.slice(0, 8)}`;
}

/** Bytes of text per row, roughly. */
const bytesPerRow = 50;

/** Threads to read a source, if it is large enough for them. The caller disposes them. */
export async function executorFor(runtime: Runtime, { identity }: DataSource): Promise<Executor | undefined> {
  const { size } = identity.parts;
  return await runtime.executor(typeof size === "number" ? size / bytesPerRow : 0);
}
