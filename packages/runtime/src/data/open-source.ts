import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { DataSource, Executor, JsonValue } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { IngestOptions } from "@atc/ingest";
import { datasetName } from "@atc/ingest";
import { joinSources } from "@atc/plugin-kit";
import type { InstalledPlugin } from "../plugins/installed-plugins.ts";
import { installLine, sourcePackageFor } from "../plugins/package-names.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { endingOf, filesOf } from "./source-files.ts";

/** How files are read. */
export interface ReadingOptions {
  /** The source that reads the files, such as `duckdb`; told by the files' endings where absent, `csv` where no source claims them. */
  readonly source?: string;
  /** A query of which the rows are read, by the source `duckdb`; the files, where there are any, are its view `files`. */
  readonly sql?: string;
  /** Options that are handed to the source as they are: `symbol`, `columns`, `badRows`, `timeZone` and others that it documents. */
  readonly sourceOptions?: Readonly<Record<string, JsonValue>>;
  /** What happens to rows of one symbol and time. */
  readonly duplicates?: IngestOptions["duplicates"];
  /** The most memory of the process while reading, in bytes; if absent 224 MiB, or three quarters of what a container or the machine has. */
  readonly memoryBytes?: number;
}

/** The sources that packages bring. */
export async function installedSources({ host }: Pick<Runtime, "host">): Promise<readonly InstalledPlugin[]> {
  return (await host.installed()).filter(({ kind }) => kind === "source");
}

/** The source that claims the longest ending of a file's name; `csv` where none does and none of our packages would. */
function sourceFor(file: string, sources: readonly InstalledPlugin[]): string {
  const claims = sources.flatMap(({ name, extensions }) => extensions.map((extension) => ({ name, extension })));
  const ending = endingOf(
    file,
    claims.map(({ extension }) => extension),
  );
  const known = sourcePackageFor(file);
  // A shorter ending of an installed source, such as `.gz`, is no reason to read a file that another package is for.
  if (known !== undefined && known.ending.length > (ending?.length ?? 0)) {
    if (sources.some(({ packageName }) => packageName === known.packageName)) return known.source;
    throw missingSource(file, known);
  }
  return claims.find(({ extension }) => extension === ending)?.name ?? "csv";
}

function missingSource(
  file: string,
  { packageName, source }: { readonly packageName: string; readonly source: string },
): AtcError {
  const packages = [packageName];
  return new AtcError(
    "ATC_MISSING_PLUGIN",
    `"${file}" is read by ${packageName}, which is not installed; install it with: ${installLine(packages)}`,
    { details: { path: file, kind: "source", name: source, packages } },
  );
}

/**
 * Opens files, directories and patterns as one source: each file by the installed source that claims the ending of its name. The rows of many files follow
 * each other in the order given, those of a directory or a pattern in order of their names.
 *
 * @throws ATC_NOT_FOUND for a file, an empty directory or a pattern that nothing fits; ATC_MISSING_PLUGIN with the line that installs a package;
 * ATC_INVALID_DATA where the files' columns differ; what the source throws
 */
export async function openSource(
  runtime: Runtime,
  paths: readonly string[],
  options: ReadingOptions = {},
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
  const names = files.map((file) => forced ?? sourceFor(file, sources));
  const [name = "csv"] = names;
  const takesLists = sources.some((source) => source.name === name && source.takesLists);
  if (files.length > 1 && takesLists && names.every((one) => one === name))
    return await host.find("source", name, { ...sourceOptions, path: files });
  const opened: DataSource[] = [];
  try {
    for (const [i, file] of files.entries())
      opened.push(await host.find("source", names[i] ?? "csv", { ...sourceOptions, path: file }));
    return opened.length === 1
      ? (opened[0] as DataSource)
      : joinSources(opened, {
          name: paths.length === 1 ? String(paths[0]) : `${files[0]} and ${files.length - 1} more`,
        });
  } catch (error) {
    for (const source of opened) await source[Symbol.asyncDispose]();
    throw error;
  }
}

/** The name that a dataset of these files or this query has where none is given. */
export function defaultName(runtime: Pick<Runtime, "cwd">, paths: readonly string[], sql: string | undefined): string {
  const places = paths.map((path) => resolve(runtime.cwd, path));
  if (sql === undefined) return datasetName(places.join("|").replace(/\/+$/, ""));
  const digits = createHash("sha256")
    .update([sql, ...places].join("\n"))
    .digest("hex");
  return `query-${digits.slice(0, 8)}`;
}

/** Bytes of text that a row takes, about. */
const bytesPerRow = 50;

/** Threads to read a source with if it is large enough to be worth them; whoever asks disposes of them. */
export function executorFor(runtime: Runtime, { identity }: DataSource): Executor | undefined {
  const { size } = identity.parts;
  return runtime.executor(typeof size === "number" ? size / bytesPerRow : 0);
}
