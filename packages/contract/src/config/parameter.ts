/** One parameter of a configuration: validators, JSON Schema, command-line options and documentation derive from it. */
export interface Parameter<Value = unknown> {
  /**
   * `choice` accepts one of `values`; `list` accepts texts, each not empty; `shares` accepts one of `values`, or an
   * object of finite numbers of 0 or more by symbol; `values` accepts an object of finite numbers, booleans and texts
   * by name; a number is finite, an integer safe.
   */
  readonly kind: "number" | "integer" | "boolean" | "choice" | "text" | "list" | "shares" | "values";
  /** The smallest number. */
  readonly minimum?: number;
  /** The largest number. */
  readonly maximum?: number;
  /** A bound that the number must exceed. */
  readonly above?: number;
  /** A bound that the number must stay below. */
  readonly below?: number;
  /** The words of a `choice` or of `shares`; the words among the texts of a `text`, whose `pattern` accepts them. */
  readonly values?: readonly string[];
  /** Whether the word `none` is accepted too. */
  readonly acceptsNone?: boolean;
  /** What a `text` must match. */
  readonly pattern?: RegExp;
  /** What is accepted, for people, if range and kind do not read well. */
  readonly allowed?: string;
  /** The default; `none` in a file is `undefined` here if the member may be absent. */
  readonly default: Value;
  /** What it means, in a line without a full stop. */
  readonly description: string;
  /** Further spellings in Python's snake case; empty if Python spells it alike. */
  readonly pythonNames: readonly string[];
}

/** The parameters of a configuration by member. */
export type ParameterTable<Config> = { readonly [Name in keyof Config]-?: Parameter<Config[Name]> };

/** The defaults of all parameters, frozen. */
export function parameterDefaults<Config>(parameters: ParameterTable<Config>): Config {
  const entries = Object.entries<Parameter>(parameters).map(([name, parameter]) => [name, parameter.default]);
  return Object.freeze(Object.fromEntries(entries)) as Config;
}
