import { AtcError, type DataSource, type Plugin, type PluginHost, type SourceInput } from "@atc/contract";
import { type ZipOptions, zip } from "./zip.ts";

/**
 * The options of the plugin: an archive, which of its files to read with which source, and that source's own options.
 */
export interface ZipSourceOptions extends Omit<ZipOptions, "source"> {
  /** The archive's path. */
  readonly path: string;
  /** The source that reads the files, such as `csv`. Default: chosen by their endings. */
  readonly source?: string;
  /** Any option of the source that reads the files. */
  readonly [option: string]: unknown;
}

/** The source for a file, by its ending. */
function sourceFor({ name, fileName }: SourceInput): string {
  if (/\.(?:json|jsonl|ndjson)(?:\.gz)?$/i.test(fileName)) return "json";
  if (!/\.(?:zip|parquet|parq|pq|feather|arrows?|ipc|xlsx?|zst)$/i.test(fileName)) return "csv";
  throw new AtcError(
    "ATC_UNSUPPORTED",
    `"${name}" cannot be read inside of an archive; unpack it, or leave it out with the option entries`,
    { details: { path: name } },
  );
}

/** The source of kind `source`, name `zip`. */
const plugin: Plugin<"source", ZipSourceOptions> = {
  kind: "source",
  name: "zip",
  create: ({ path, source, entries, maxBytes, ...options }, host: PluginHost): Promise<DataSource> => {
    if (typeof path !== "string")
      throw new AtcError("ATC_INVALID_ARGUMENT", "zip: the option path is missing; give the path of a zip archive", {
        details: { option: "path" },
      });
    return zip(path, {
      source: (input) => host.find("source", source ?? sourceFor(input), { ...options, input }),
      ...(entries === undefined ? {} : { entries }),
      ...(maxBytes === undefined ? {} : { maxBytes }),
    });
  },
};

/** What a host imports: the source `zip`, which asks the host for a source per archived file. */
const plugins: readonly Plugin[] = [plugin];
export default plugins;
