import type { JsonObject, JsonValue } from "../data/json.ts";

/**
 * What went wrong, for programs; stable across releases.
 *
 * | code | meaning |
 * |---|---|
 * | ATC_ABORTED | the caller's signal was aborted |
 * | ATC_CLOSED | the resource is disposed |
 * | ATC_CORRUPT_DATA | stored bytes that no writer could have left |
 * | ATC_INVALID_ARGUMENT | an argument outside its documented range |
 * | ATC_INVALID_CONFIG | a configuration with faults; `details.faults` lists each |
 * | ATC_INVALID_DATA | the user's data: a bad row, a price that is not positive |
 * | ATC_IO | the system refused a read or a write |
 * | ATC_LOCKED | another process is writing the same thing |
 * | ATC_MISSING_PLUGIN | a package is not installed; the message holds the command that installs it |
 * | ATC_NETWORK | an exchange or another server did not answer, or refused to |
 * | ATC_NOT_FOUND | a file, dataset, symbol or key that does not exist |
 * | ATC_NO_SPACE | the disk is full |
 * | ATC_READ_ONLY | the target cannot be written |
 * | ATC_REPLACED | a dataset that was replaced or deleted while it was read |
 * | ATC_STRATEGY | a strategy failed for a symbol: it threw, passed its deadline, or what it decided is invalid |
 * | ATC_TIMEOUT | a deadline passed |
 * | ATC_UNSUPPORTED | valid, but not by this version, platform or plugin |
 * | ATC_UNTRUSTED | a configuration or a package that another user owns or may write |
 */
export type AtcErrorCode =
  | "ATC_ABORTED"
  | "ATC_CLOSED"
  | "ATC_CORRUPT_DATA"
  | "ATC_INVALID_ARGUMENT"
  | "ATC_INVALID_CONFIG"
  | "ATC_INVALID_DATA"
  | "ATC_IO"
  | "ATC_LOCKED"
  | "ATC_MISSING_PLUGIN"
  | "ATC_NETWORK"
  | "ATC_NOT_FOUND"
  | "ATC_NO_SPACE"
  | "ATC_READ_ONLY"
  | "ATC_REPLACED"
  | "ATC_STRATEGY"
  | "ATC_TIMEOUT"
  | "ATC_UNSUPPORTED"
  | "ATC_UNTRUSTED";

/** The place of a fault in the user's data or in stored data. */
interface DataPlace {
  /** The file. */
  readonly path?: string;
  /** The source, if it has no path. */
  readonly source?: string;
  /** The dataset's name. */
  readonly dataset?: string;
  /** The symbol. */
  readonly symbol?: string;
  /** The column's name. */
  readonly column?: string;
  /** The line of a text file, from 1. */
  readonly line?: number;
}

/** What the operating system refused. */
interface SystemRefusal {
  /** The file or folder. */
  readonly path?: string;
  /** The name of the system's error, such as `ENOSPC`. */
  readonly system?: string;
}

/**
 * The members of {@link AtcError.details} by code. A code that is not listed has no member that is always named alike.
 */
export interface AtcErrorDetails {
  /** The place of the stored bytes. */
  readonly ATC_CORRUPT_DATA: DataPlace;
  /** Each fault: the member, its value, what is accepted. */
  readonly ATC_INVALID_CONFIG: { readonly faults?: readonly JsonValue[] };
  /** The place of the data. */
  readonly ATC_INVALID_DATA: DataPlace;
  /** What the system refused. */
  readonly ATC_IO: SystemRefusal;
  /** The plugin that is missing, and the packages that provide it if they are known. */
  readonly ATC_MISSING_PLUGIN: {
    /** The kind of plugin, such as `codec`; `addon` for a native addon, `package` for a name under `plugins`. */
    readonly kind?: string;
    /** The plugin's name. */
    readonly name?: string;
    /** The packages to install. */
    readonly packages?: readonly string[];
    /** The plugins of this kind that are installed. */
    readonly installed?: readonly string[];
    /** The installed or known name that was probably meant. */
    readonly nearest?: string;
    /** The folders in which it was looked for. */
    readonly searched?: readonly string[];
    /** The line that installs the packages. */
    readonly install?: string;
  };
  /** The server, and its answer if there was one. */
  readonly ATC_NETWORK: { readonly exchange?: string; readonly status?: number };
  /** What does not exist. */
  readonly ATC_NOT_FOUND: DataPlace;
  /** What the system refused. */
  readonly ATC_NO_SPACE: SystemRefusal;
  /** What the system refused. */
  readonly ATC_READ_ONLY: SystemRefusal;
  /** The dataset that changed. */
  readonly ATC_REPLACED: { readonly name?: string; readonly generation?: number };
  /** The symbol, and the strategy as the configuration names it. */
  readonly ATC_STRATEGY: { readonly symbol?: string; readonly strategy?: string };
  /** The file or folder that is not trusted. */
  readonly ATC_UNTRUSTED: { readonly path?: string };
}

/** The details of an error of one code: its listed members, and any further plain data. */
export type AtcErrorDetailsOf<Code extends AtcErrorCode> = Code extends keyof AtcErrorDetails
  ? AtcErrorDetails[Code] & JsonObject
  : JsonObject;

/** What an {@link AtcError} carries besides its message. */
export interface AtcErrorOptions<Code extends AtcErrorCode = AtcErrorCode> {
  /** The error that caused this one. */
  readonly cause?: unknown;
  /** Plain data for programs: the file, the line, the field, what is accepted. */
  readonly details?: AtcErrorDetailsOf<Code>;
}

/**
 * An error that this family of packages throws on purpose. Its message names the fault, its place and the remedy.
 * Tests and callers compare `code`, never the message.
 */
export class AtcError<Code extends AtcErrorCode = AtcErrorCode> extends Error {
  /** Always `AtcError`: two copies of this package recognise each other's errors by it. */
  override readonly name: string = "AtcError";
  /** What went wrong, for programs. */
  readonly code: Code;
  /** Plain data about the fault and its place. It survives a worker thread. */
  readonly details: AtcErrorDetailsOf<Code>;

  /** Makes an error of `code` with a message for people. */
  constructor(code: Code, message: string, options: AtcErrorOptions<Code> = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? ({} as AtcErrorDetailsOf<Code>);
  }
}

/**
 * Whether `error` is an {@link AtcError}, and of `code` if one is given; `details` has that code's members then.
 * Also true across two copies of this package.
 */
export function isAtcError<Code extends AtcErrorCode = AtcErrorCode>(
  error: unknown,
  code?: Code,
): error is AtcError<Code> {
  if (!(error instanceof Error) || error.name !== "AtcError" || !("code" in error)) return false;
  return code === undefined ? typeof error.code === "string" : error.code === code;
}

/** Throws ATC_ABORTED, with the signal's reason as its cause, if `signal` is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw new AtcError("ATC_ABORTED", "the operation was aborted", { cause: signal.reason });
}
