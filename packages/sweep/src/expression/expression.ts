/** A value in an expression; undefined if it is missing, null or not finite. */
export type ExpressionValue = number | boolean | string | undefined;

/** What a name in an expression stands for. */
export interface ExpressionKey {
  /** The kind of its values. A missing value is undefined in every kind. */
  readonly kind: "number" | "boolean" | "text";
  /** The words that a text can be. Default: any text. */
  readonly values?: readonly string[] | undefined;
}

/** Reads the value of a key. */
export type KeyReader = (key: string) => ExpressionValue;

/** A parsed expression of numbers, words and keys. */
export interface Expression {
  /** The expression as written. */
  readonly text: string;
  /** The keys that it reads, each once, in the order in which they occur. */
  readonly keys: readonly string[];
  /** The kind of its value. */
  readonly kind: ExpressionKey["kind"];
  /**
   * Its value. A missing operand makes arithmetic and comparisons undefined, and so does a result that is not finite.
   * `and` and `or` are undefined only if the other operand does not decide. `== none` and `!= none` are never
   * undefined.
   */
  value(read: KeyReader): ExpressionValue;
}
