import { AtcError, type DataSource, type Plugin, type SourceInput } from "@atc/contract";
import { json } from "./json.ts";
import type { JsonOptions } from "./layout/json-options.ts";

/** The options of the plugin: a file, and how to read it. */
export interface JsonSourceOptions extends JsonOptions {
  /** The file's path. */
  readonly path?: string;
  /** The bytes of a file, instead of `path`. */
  readonly input?: SourceInput;
}

const source: Plugin<"source", JsonSourceOptions> = {
  kind: "source",
  name: "json",
  create: ({ path, input, ...options }): Promise<DataSource> => {
    if (input !== undefined) return json(input, options);
    if (typeof path !== "string")
      throw new AtcError("ATC_INVALID_ARGUMENT", "json: the option path is missing; give the path of a JSON file", {
        details: { option: "path" },
      });
    return json(path, options);
  },
};

/** The plugins of this package: the source `json`. */
const plugins: readonly Plugin[] = [source];
export default plugins;
