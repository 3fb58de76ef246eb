import type { JsonObject } from "@atc/contract";

/** What was run: a backtest, a search, a search in windows, or a judgement of one of them. */
export const runKinds = ["backtest", "sweep", "walk-forward", "validation"] as const;

/** One of {@link runKinds}. */
export type RunKind = (typeof runKinds)[number];

/** The rows that a run has read. */
export interface RunData {
  /** The name of the dataset. */
  readonly dataset: string;
  /** The generation that was read. */
  readonly generation: number;
  /** The fingerprint of the dataset's source. */
  readonly fingerprint: string;
  /** The digest of all rows of the dataset; absent if the dataset is older than digests. */
  readonly content?: string;
  /** Number of rows of all symbols of the dataset. */
  readonly rows: number;
  /** Number of symbols of the dataset. */
  readonly symbols: number;
  /** What the user named: a file or a dataset. */
  readonly path: string;
}

/** What decided in a run. */
export interface RunStrategy {
  /** The name of the strategy. */
  readonly name: string;
  /** Its version, or that of the algorithm. */
  readonly version: number | string;
  /** SHA-256 of the files of a strategy of the user's; absent for one that a package has. */
  readonly digest?: string;
}

/** The machine and the program that computed a run. */
export interface RunPlatform {
  /** The version of Node, such as `v22.1.0`. */
  readonly node: string;
  /** The operating system, as Node names it. */
  readonly os: string;
  /** The processor's architecture, as Node names it. */
  readonly arch: string;
  /** What computed: `wasm`, or `reference` if WebAssembly was not available. */
  readonly kernel: string;
}

/** How the trades of a run are stored. */
export interface RunTrades {
  /** Number of trades of all accounts. */
  readonly count: number;
  /** Whether `trades.arrow` has them. If not, there were too many, and only their digests are stored. */
  readonly isStored: boolean;
}

/** The table of all evaluations of a sweep. */
export interface RunTable {
  /** Number of rows. */
  readonly rows: number;
  /** Whether `table.arrow` has them. If not, there were too many, and only the digests of the columns are stored. */
  readonly isStored: boolean;
  /** A digest of each column, by name. */
  readonly columns: Readonly<Record<string, string>>;
}

/** What a caller knows of a run when it is stored. Its members are plain data. */
export interface RunDraft {
  /** What was run. */
  readonly kind: RunKind;
  /** The rows that were read. */
  readonly data: RunData;
  /** What decided. */
  readonly strategy: RunStrategy;
  /** The effective configuration, without folders and the number of threads. */
  readonly config: JsonObject;
  /**
   * What else the figures depend on: chosen symbols, the period, digests of files of decisions and members; what was
   * searched, the windows, and how the result was judged.
   */
  readonly inputs: JsonObject;
  /** The versions of the packages that computed, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** The machine and the program that computed it. */
  readonly platform: RunPlatform;
  /** The seed of random numbers; absent if none were drawn. */
  readonly seed?: number;
  /**
   * The figures of the portfolio: of a sweep that of the winner, of a walk-forward that of the account that follows the
   * choices. Undefined members are null. Null if there is none, because every symbol was skipped for example.
   */
  readonly metrics: JsonObject | null;
  /** Digests of the curve, trades and fills of the portfolio, or of the account that all symbols share, by name. */
  readonly digests: Readonly<Record<string, string>>;
  /** How its trades are stored. Absent for a search. */
  readonly trades?: RunTrades;
  /** How the table of a sweep is stored. Absent for other kinds. */
  readonly table?: RunTable;
  /** What a search or a judgement found: the winner or the choices, and the verdict. Absent for a backtest. */
  readonly findings?: JsonObject;
  /** Symbols that could not be computed, each with its reason. */
  readonly skipped: readonly { readonly symbol: string; readonly reason: string }[];
  /** What to know about the run, in words. */
  readonly notes: readonly string[];
}

/** A stored run, without the figures of its symbols. */
export interface StoredRun extends RunDraft {
  /** The name of its folder. */
  readonly id: string;
  /** Time of storage, in ms since the epoch. */
  readonly createdAt: number;
  /** A digest of all that the figures depend on: runs with the same digest are the same computation. */
  readonly inputDigest: string;
}

/** A symbol of a run. */
export interface RunSymbol {
  /** The symbol. */
  readonly symbol: string;
  /** A digest of its rows, apart from other symbols; absent if the dataset is older than digests. */
  readonly content?: string;
  /** Number of its rows. */
  readonly rows: number;
  /** Digests of its curve, trades and fills, by name; none if it was skipped. */
  readonly digests: Readonly<Record<string, string>>;
  /** Its figures; undefined members are null. Null if it was skipped, and in searches. */
  readonly metrics: JsonObject | null;
}
