/** A fault of a request that may not occur if the request is repeated. */
export class PassingFault extends Error {
  /** The status of the answer; undefined if there was none. */
  readonly status: number | undefined;

  /** Makes a fault whose message continues `the server did not answer for 3 s:`. */
  constructor(message: string, options: { readonly cause?: unknown; readonly status?: number } = {}) {
    super(message, options);
    this.status = options.status;
  }
}

/** The system's name of a fault of a connection, such as ECONNREFUSED; ETIMEDOUT if the fault has none. */
export function connectionFault(error: unknown): string {
  for (let one = error; one instanceof Error; one = one.cause)
    if ("code" in one && typeof one.code === "string") return one.code;
  return "ETIMEDOUT";
}
