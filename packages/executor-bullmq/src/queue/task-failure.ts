import { AtcError } from "@atc/contract";
import { fromPortableError, type PortableError, toPortableError } from "@atc/plugin-kit";
import { decodeValue } from "../wire/decode-value.ts";
import { encodeValue } from "../wire/encode-value.ts";
import { parseRecord } from "./json-record.ts";

/** A failed task. */
export interface TaskFailure {
  readonly error: Error;
  /** Whether another attempt may succeed: a fault of the storage or of the worker, not of the task. */
  readonly mayRepeat: boolean;
}

/** The most bytes of an encoded error in Redis. */
const mostBytes = 64_000;

/** A failure as the text that BullMQ keeps. It begins with the message, for people who look into the queue. */
export function failureToText({ error, mayRepeat }: TaskFailure): string {
  const message = error.message.slice(0, 2000);
  const whole = encodeValue(toPortableError(error));
  const bytes =
    whole.length <= mostBytes ? whole : encodeValue({ ...toPortableError(new Error(message)), ...named(error) });
  return JSON.stringify({ message, mayRepeat, error: Buffer.from(bytes).toString("base64") });
}

/** What is left of an error that is too large: name, code and message. */
function named(error: Error): object {
  return {
    name: error.name,
    message: error.message.slice(0, 2000),
    members: "code" in error ? { code: error.code } : {},
  };
}

/** The failure in the text of BullMQ, which has texts of its own for tasks whose workers fell silent. */
export function failureOfText(text: string, task: string): TaskFailure {
  const record = parseRecord(text);
  if (record === undefined || typeof record["error"] !== "string")
    return {
      error: new AtcError("ATC_IO", `task "${task}" was set aside by the queue: ${text.slice(0, 200)}`, {
        details: { task },
      }),
      mayRepeat: false,
    };
  return { error: errorOf(record["error"], task), mayRepeat: record["mayRepeat"] === true };
}

/** The error in a failure; an error that says so if the failure is damaged. */
function errorOf(base64: string, task: string): Error {
  try {
    return fromPortableError(decodeValue(Buffer.from(base64, "base64")) as PortableError);
  } catch (cause) {
    return new AtcError("ATC_CORRUPT_DATA", `task "${task}" failed, but its error in the queue is damaged`, {
      cause,
      details: { task },
    });
  }
}
