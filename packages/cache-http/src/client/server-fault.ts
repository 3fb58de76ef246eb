import { AtcError } from "@atc/contract";

/** A request that may succeed if it is repeated. */
export class Passing extends Error {
  /** The status of the answer; undefined if there was none. */
  readonly status: number | undefined;

  constructor(message: string, options: { readonly cause?: unknown; readonly status?: number } = {}) {
    super(message, options);
    this.status = options.status;
  }
}

/** The system's name of an error of a connection, such as ECONNREFUSED. */
function connectionFault(error: unknown): string {
  for (let one = error; one instanceof Error; one = one.cause)
    if ("code" in one && typeof one.code === "string") return one.code;
  return "ETIMEDOUT";
}

/** The error of a server that did not answer in time. `details.system` says that another try may succeed. */
export function unreachable(place: string, fault: Passing, ms: number): AtcError {
  const { status, message } = fault;
  const seconds = Math.round(ms / 100) / 10;
  return new AtcError(
    "ATC_NETWORK",
    `the server of "${place}" did not answer for ${seconds} s: ${message}; check that it runs and that its address can be reached`,
    { cause: fault, details: { system: connectionFault(fault), ...(status === undefined ? {} : { status }) } },
  );
}

/** What a status says that is neither a success nor an absence: an error, or {@link Passing}. */
export function refusal(place: string, key: string, status: number): AtcError | Passing {
  const details = { status };
  if (status === 401 || status === 403)
    return new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the server of "${place}" refuses the token; give that of the server in ATC_DATA_TOKEN`,
      { details },
    );
  if (status === 405)
    return new AtcError("ATC_READ_ONLY", `the server of "${place}" does not accept "${key}": it is only read there`, {
      details,
    });
  if (status === 409)
    return new AtcError("ATC_INVALID_ARGUMENT", `the server of "${place}" did not issue the name "${key}"`, {
      details,
    });
  if (status === 413)
    return new AtcError(
      "ATC_NO_SPACE",
      `the value of "${key}" is larger than the server of "${place}" accepts; raise its limit`,
      { details },
    );
  if (status === 507)
    return new AtcError("ATC_NO_SPACE", `the disk of the server of "${place}" is full; free space on it`, {
      details: { status, system: "ENOSPC" },
    });
  if (status === 408 || status === 429 || status >= 500) return new Passing(`it answered ${status}`, { status });
  return new AtcError(
    "ATC_NETWORK",
    `the server of "${place}" answered ${status} for "${key}"; check that the URL names an area of atc data serve`,
    { details },
  );
}
