import { AtcError, type DataSource, type Plugin } from "@atc/contract";
import { csv } from "./csv.ts";
import type { CsvOptions } from "./csv-options.ts";

/** The options of the plugin: a file and how to read it. */
export interface CsvSourceOptions extends CsvOptions {
  /** The file's path. */
  readonly path: string;
}

/** The source of kind `source`, name `csv`. */
const source: Plugin<"source", CsvSourceOptions> = {
  kind: "source",
  name: "csv",
  create: ({ path, ...options }): Promise<DataSource> => {
    if (typeof path !== "string")
      throw new AtcError("ATC_INVALID_ARGUMENT", "csv: option path is missing; give the path of a CSV file", {
        details: { option: "path" },
      });
    return csv(path, options);
  },
};

/** The plugins of this package: the source `csv`. */
const plugins: readonly Plugin[] = [source];
export default plugins;
