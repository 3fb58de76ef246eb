import { AtcError, type DataSource, type Plugin, type SourceInput } from "@atc/contract";
import { csv } from "./csv.ts";
import type { CsvOptions } from "./layout/csv-options.ts";

/** The options of the plugin: a file, and how to read it. */
export interface CsvSourceOptions extends CsvOptions {
  /** The file's path. */
  readonly path?: string;
  /** Bytes that stand for a file, instead of `path`. */
  readonly input?: SourceInput;
}

/** The source of kind `source`, name `csv`. */
const source: Plugin<"source", CsvSourceOptions> = {
  kind: "source",
  name: "csv",
  create: ({ path, input, ...options }): Promise<DataSource> => {
    if (input !== undefined) return csv(input, options);
    if (typeof path !== "string")
      throw new AtcError("ATC_INVALID_ARGUMENT", "csv: the option path is missing; give the path of a CSV file", {
        details: { option: "path" },
      });
    return csv(path, options);
  },
};

/** The plugins of this package: the source `csv`. */
const plugins: readonly Plugin[] = [source];
export default plugins;
