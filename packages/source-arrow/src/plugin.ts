import { AtcError, type DataSource, type Plugin, type PluginHost } from "@atc/contract";
import { arrow } from "./arrow.ts";
import type { ArrowOptions } from "./files/arrow-options.ts";

/** The options of the plugin: a file, and how to read it. The host finds the codecs of compressed files. */
export interface ArrowSourceOptions extends ArrowOptions {
  /** The file's path. */
  readonly path: string;
}

/** The source of kind `source`, name `arrow`. */
const source: Plugin<"source", ArrowSourceOptions> = {
  kind: "source",
  name: "arrow",
  create: ({ path, ...options }, host: PluginHost): Promise<DataSource> => {
    if (typeof path !== "string")
      throw new AtcError("ATC_INVALID_ARGUMENT", "arrow: the option path is missing; give the path of an Arrow file", {
        details: { option: "path" },
      });
    return arrow(path, { codec: (name) => host.find("codec", name), ...options });
  },
};

/** The plugins of this package: the source `arrow`. */
const plugins: readonly Plugin[] = [source];
export default plugins;
