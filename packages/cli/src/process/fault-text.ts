import { type AtcError, fromSystemError, isAtcError, systemNameOf } from "@atc/contract";
import { printableJson } from "@atc/plugin-kit";
import { continued } from "./continued.ts";
import { withFlags } from "./flag-words.ts";

export interface FaultTextOptions {
  /** Whether it is printed as one JSON object. */
  readonly json: boolean;
  /** Environment variables; `ATC_DEBUG` adds the stack. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** An error as an {@link AtcError}, if it is one or comes from the system; undefined for a bug in this program. */
export function knownError(error: unknown): AtcError | undefined {
  if (isAtcError(error)) return error;
  if (systemNameOf(error) === "") return undefined;
  return fromSystemError(error, "the system refused", "check the disk and the permissions");
}

/** An error as JSON in one line. Escapes what the stream for people would replace, so programs read it exactly. */
function errorJson(error: Readonly<Record<string, unknown>>): string {
  return printableJson(JSON.stringify({ error }));
}

/** The text of an error that ends the command: one line, and the stack only with `ATC_DEBUG`. */
export function faultText(error: unknown, { json, env }: FaultTextOptions): string {
  const known = knownError(error);
  if (known !== undefined && json) {
    const { code, message, details } = known;
    return errorJson({ code, message: withFlags(message), details });
  }
  const isDebugging = !["", "0", undefined].includes(env["ATC_DEBUG"]);
  if (json) {
    const message = `this is a bug in atc, please report it: ${String(error)}`;
    return errorJson({ code: "ATC_BUG", message, details: {} });
  }
  const stack = isDebugging && error instanceof Error ? `\n${error.stack ?? ""}` : "";
  if (known !== undefined) return `error: ${continued(withFlags(known.message))} (${known.code})${stack}`;
  const hint = isDebugging ? "" : "; ATC_DEBUG=1 prints the stack";
  return `this is a bug in atc, please report it: ${String(error).replaceAll("\n", " ")}${hint}${stack}`;
}
