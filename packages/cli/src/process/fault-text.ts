import { type AtcError, fromSystemError, isAtcError, systemNameOf } from "@atc/contract";
import { peopleJson } from "./people-stream.ts";

/** How a fault is printed. */
export interface FaultTextOptions {
  /** As one JSON object. */
  readonly json: boolean;
  /** The variables of the environment: `ATC_DEBUG` adds where the fault came from. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** An error as an {@link AtcError}, where it is one or the system's; undefined for a fault of this program. */
export function knownError(error: unknown): AtcError | undefined {
  if (isAtcError(error)) return error;
  if (systemNameOf(error) === "") return undefined;
  return fromSystemError(error, "the system refused", "check the disk and the permissions");
}

/** What is printed of an error that ends the command: one line, and its stack only under `ATC_DEBUG`. */
export function faultText(error: unknown, { json, env }: FaultTextOptions): string {
  const known = knownError(error);
  if (known !== undefined && json) {
    const { code, message, details } = known;
    return peopleJson({ error: { code, message, details } });
  }
  const isDebugging = !["", "0", undefined].includes(env["ATC_DEBUG"]);
  const stack = isDebugging && error instanceof Error ? `\n${error.stack ?? ""}` : "";
  if (known !== undefined) return `error: ${known.message} (${known.code})${stack}`;
  const hint = isDebugging ? "" : "; ATC_DEBUG=1 prints where it happened";
  return `fault of atc, please report it: ${String(error).replaceAll("\n", " ")}${hint}${stack}`;
}
