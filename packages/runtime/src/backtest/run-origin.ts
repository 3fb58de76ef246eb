import type { AnyBoundStrategy, Period } from "@atc/backtest";
import type { AtcConfig } from "@atc/config";
import type { DatasetManifest, JsonObject } from "@atc/contract";

/** What the results of a backtest come from, for programs that store runs. */
export interface RunOrigin {
  /** The generation of the dataset that was read. */
  readonly manifest: DatasetManifest;
  /** The symbols of the run, sorted by UTF-16 code unit. */
  readonly symbols: readonly string[];
  /** The configuration, with the defaults of the strategy. */
  readonly config: AtcConfig;
  /** What decided. */
  readonly strategy: Pick<AnyBoundStrategy, "name" | "version" | "values">;
  /** The digest of the code of a strategy of the user's; undefined for another one. */
  readonly codeDigest: string | undefined;
  /** Whether the strategy was given in code. If so, the configuration does not name it. */
  readonly isInCode: boolean;
  /** Digests of the files of decisions and members; empty without them. */
  readonly files: JsonObject;
  /** The time in which accounts traded; undefined for all bars. */
  readonly period: Period | undefined;
}
