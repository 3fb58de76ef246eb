import type { JsonObject, JsonValue } from "@atc/contract";
import { AtcError, type AtcErrorCode, isAtcError } from "@atc/contract";

/**
 * An error as plain data for another thread or machine: a structured clone of an error loses its code, its details and
 * often its name.
 */
export interface PortableError {
  /** The error's name: `AtcError`, `RangeError`. */
  readonly name: string;
  /** What is wrong, for people. */
  readonly message: string;
  /** The stack trace. */
  readonly stack?: string;
  /**
   * Its other plain members: `code` and `details` of an AtcError; `code`, `errno`, `path` and `syscall` of Node's
   * errors.
   */
  readonly members: JsonObject;
  /** Its cause: an error, or plain data. */
  readonly cause?: { readonly error: PortableError } | { readonly value: JsonValue };
  /** The errors within an AggregateError. */
  readonly errors?: readonly PortableError[];
}

/** Maximum depth of causes that are kept. */
const deepest = 8;

/**
 * Converts a thrown value to plain data. A value that is not an Error becomes the cause of one. Members that JSON
 * cannot hold become text.
 */
export function toPortableError(error: unknown): PortableError {
  return describeError(error, 0);
}

function describeError(error: unknown, depth: number): PortableError {
  if (!(error instanceof Error)) {
    const value = plain(error, []);
    return {
      name: "Error",
      message: `a non-Error value was thrown: ${textOf(error)}`,
      members: {},
      cause: { value },
    };
  }
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    ...(stack === undefined ? {} : { stack }),
    members: membersOf(error),
    ...(cause === undefined || depth === deepest ? {} : { cause: describeCause(cause, depth + 1) }),
    ...(error instanceof AggregateError && depth < deepest
      ? { errors: error.errors.map((each) => describeError(each, depth + 1)) }
      : {}),
  };
}

function describeCause(cause: unknown, depth: number): NonNullable<PortableError["cause"]> {
  return cause instanceof Error ? { error: describeError(cause, depth) } : { value: plain(cause, []) };
}

function membersOf(error: Error): JsonObject {
  const entries = readableEntries(error).filter(
    ([key]) => !["name", "message", "stack", "cause", "errors"].includes(key),
  );
  return Object.fromEntries(entries.map(([key, value]) => [key, plain(value, [])]));
}

/** `value` as JSON, with other values as text. NaN and infinities stay, because a structured clone keeps them. */
function plain(value: unknown, within: readonly object[]): JsonValue {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (typeof value !== "object") return textOf(value);
  if (within.includes(value)) return "[circular]";
  const path = [...within, value];
  if (Array.isArray(value)) return value.map((each) => plain(each, path));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return Object.prototype.toString.call(value);
  return Object.fromEntries(readableEntries(value).map(([key, each]) => [key, plain(each, path)]));
}

/** The members whose getters do not throw: describing an error must not fail with another one. */
function readableEntries(value: object): (readonly [string, unknown])[] {
  return Object.keys(value).flatMap((key) => {
    try {
      return [[key, Reflect.get(value, key)] as const];
    } catch {
      return [];
    }
  });
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

const constructors: Readonly<Record<string, ErrorConstructor>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/**
 * Rebuilds the error that {@link toPortableError} described, with its stack: an AtcError with code, message, details
 * and cause, or one of JavaScript's errors.
 */
export function fromPortableError(portable: PortableError): Error {
  const error = construct(portable, causeOf(portable));
  if (portable.stack !== undefined) define(error, "stack", portable.stack);
  if (error.name !== portable.name) define(error, "name", portable.name);
  if (!isAtcError(error)) Object.assign(error, portable.members);
  return error;
}

function construct(portable: PortableError, cause: { cause?: unknown }): Error {
  const { name, message, members, errors } = portable;
  if (name === "AtcError" && typeof members["code"] === "string") {
    const { details } = members;
    const code = members["code"] as AtcErrorCode;
    return new AtcError(code, message, { ...cause, ...(isObject(details) ? { details } : {}) });
  }
  if (errors !== undefined) return new AggregateError(errors.map(fromPortableError), message, cause);
  const Kind = Object.hasOwn(constructors, name) ? constructors[name] : undefined;
  return new (Kind ?? Error)(message, cause);
}

function causeOf({ cause }: PortableError): { cause?: unknown } {
  if (cause === undefined) return {};
  return { cause: "error" in cause ? fromPortableError(cause.error) : cause.value };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function define(error: Error, key: "name" | "stack", value: string): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true, enumerable: false });
}
