import type { ByteStore } from "./byte-store.ts";
import type { BlockCodec, Codec } from "./codec.ts";
import type { DataSource } from "./data-source.ts";
import type { ArrayStore } from "./dataset.ts";
import type { Executor } from "./executor.ts";
import type { TableWriter } from "./table-writer.ts";

/** What each kind of plugin makes. */
export interface PluginProducts {
  /** A standalone codec. */
  readonly codec: Codec;
  /** A block algorithm for container formats. */
  readonly "block-codec": BlockCodec;
  /** Where a cache keeps its bytes. */
  readonly "byte-store": ByteStore;
  /** Where datasets live. */
  readonly "array-store": ArrayStore;
  /** A reader of files. */
  readonly source: DataSource;
  /** A writer of files. */
  readonly "table-writer": TableWriter;
  /** A way to run tasks. */
  readonly executor: Executor;
}

/** The kinds of plugin. */
export type PluginKind = keyof PluginProducts;

/** What a plugin may ask of the program that loaded it. */
export interface PluginHost {
  /**
   * Another plugin's product, so that plugins never import each other: Blosc asks for its block codecs.
   * ATC_MISSING_PLUGIN where no installed package has it; the message holds the line that installs it.
   */
  find<Kind extends PluginKind>(kind: Kind, name: string, options?: unknown): Promise<PluginProducts[Kind]>;
  /** Says something to the user once. */
  warn(message: string): void;
}

/**
 * A plugin. A package's default export is `readonly Plugin[]`: one package may bring several. Its package.json lists them as
 * `"atc": { "plugins": [{ "kind": "codec", "name": "zlib" }] }`, so that a host finds them without importing the package.
 */
export interface Plugin<Kind extends PluginKind = PluginKind, Options = never> {
  /** What it makes. */
  readonly kind: Kind;
  /** The name that a configuration uses. */
  readonly name: string;
  /** Makes the product; may load WebAssembly or a native addon. */
  create(options: Options, host: PluginHost): PluginProducts[Kind] | Promise<PluginProducts[Kind]>;
}

/** A plugin as package.json names it. */
export interface PluginManifestEntry {
  /** What it makes. */
  readonly kind: PluginKind;
  /** The name that a configuration uses. */
  readonly name: string;
  /**
   * Of a source: the endings of the names of files that it reads, in lower case, such as `.csv.gz`. The longest ending that an installed source claims
   * decides which one reads a file.
   */
  readonly extensions?: readonly string[];
  /** Of a source: whether its option `path` may be a list of files too. A list is otherwise read by one source a file, their rows one after another. */
  readonly takesLists?: boolean;
  /** Its options by name, each with a line for people. */
  readonly options?: Readonly<Record<string, string>>;
}

/** The member `atc` of a plugin package's package.json. */
export interface PluginManifest {
  /** The plugins of the package's default export. */
  readonly plugins: readonly PluginManifestEntry[];
}
