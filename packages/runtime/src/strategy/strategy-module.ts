import type { StrategyParameterValue } from "@atc/contract";

/** A strategy of the user's, as plain data from which a thread loads it. */
export interface StrategyModule {
  /** The module as messages name it: `./mine.js`, or the name of a package. */
  readonly label: string;
  /** The absolute path of the module. */
  readonly file: string;
  /** The name of the strategy, if the module may have several. */
  readonly name: string | undefined;
  /** The digest of the module's code, which the thread checks. */
  readonly digest: string;
  /** Values of its parameters, not yet checked. */
  readonly values: Readonly<Record<string, StrategyParameterValue>>;
}
