import type { ByteStore } from "./byte-store.ts";
import type { BlockCodec, Codec } from "./codec.ts";
import type { DataSource } from "./data-source.ts";
import type { ArrayStore } from "./dataset.ts";
import type { Executor } from "./executor.ts";
import type { Market } from "./market.ts";
import type { Strategy } from "./strategy.ts";
import type { TableReader } from "./table-reader.ts";
import type { TableWriter } from "./table-writer.ts";

/** What each kind of plugin creates. */
export interface PluginProducts {
  /** A standalone codec. */
  readonly codec: Codec;
  /** A block algorithm for container formats. */
  readonly "block-codec": BlockCodec;
  /** A store of bytes for a cache. */
  readonly "byte-store": ByteStore;
  /** A store of datasets. */
  readonly "array-store": ArrayStore;
  /** A reader of files. */
  readonly source: DataSource;
  /** A reader of tables that need not hold bars or ticks. */
  readonly "table-reader": TableReader;
  /** A writer of files. */
  readonly "table-writer": TableWriter;
  /** Exchanges that give candles. */
  readonly market: Market;
  /** A runner of tasks. */
  readonly executor: Executor;
  /** A trading strategy. */
  readonly strategy: Strategy;
}

/** The kinds of plugin. */
export type PluginKind = keyof PluginProducts;

/** What the program that loaded a plugin provides to it. */
export interface PluginHost {
  /**
   * Creates another plugin's product, so that plugins never import each other: Blosc finds its block codecs this way.
   * Throws ATC_MISSING_PLUGIN if no installed package has it; the message shows the install command.
   */
  find<Kind extends PluginKind>(kind: Kind, name: string, options?: unknown): Promise<PluginProducts[Kind]>;
  /** Shows a message to the user, once. */
  warn(message: string): void;
}

/**
 * A plugin. A package's default export is `readonly Plugin[]`; one package may contain several. Its package.json lists
 * them as `"atc": { "plugins": [{ "kind": "codec", "name": "zlib" }] }`, so that a host finds them without importing
 * the package.
 */
export interface Plugin<Kind extends PluginKind = PluginKind, Options = never> {
  /** What it creates. */
  readonly kind: Kind;
  /** The name that a configuration uses. */
  readonly name: string;
  /** Creates the product. It may load WebAssembly or a native addon. */
  create(options: Options, host: PluginHost): PluginProducts[Kind] | Promise<PluginProducts[Kind]>;
}

/** A plugin as listed in package.json. */
export interface PluginManifestEntry {
  /** What it creates. */
  readonly kind: PluginKind;
  /** The name that a configuration uses. */
  readonly name: string;
  /**
   * For a source: the extensions of the files that it reads, in lower case, such as `.csv.gz`. The source with the
   * longest matching extension reads a file.
   */
  readonly extensions?: readonly string[];
  /**
   * For a source: whether its option `path` may be a list of files. Otherwise the host opens one source per file and
   * joins their rows in order.
   */
  readonly takesLists?: boolean;
  /**
   * For an executor: whether its tasks run in other processes, which share neither memory nor open files with the
   * caller. The host gives it only tasks for which that does not matter.
   */
  readonly runsElsewhere?: boolean;
  /**
   * Its options by name, each with a one-line description. The host refuses any option that is not listed with
   * ATC_INVALID_ARGUMENT; the name `*` allows all. A source also takes `path` and `input`.
   */
  readonly options?: Readonly<Record<string, string>>;
}

/** The member `atc` of a plugin package's package.json. */
export interface PluginManifest {
  /** The plugins of the package's default export. */
  readonly plugins: readonly PluginManifestEntry[];
}
