/** A value that JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
/** An object that JSON can hold. */
export interface JsonObject {
  /** A member. */
  readonly [key: string]: JsonValue;
}
