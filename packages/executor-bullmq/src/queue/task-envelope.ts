import { AtcError, type TaskRef } from "@atc/contract";
import { isDigest } from "../plane/data-plane.ts";
import { countOf } from "./json-record.ts";

/** The version of the envelopes of tasks, results and failures. */
const envelopeVersion = 1;

/** What Redis holds of a task. */
export interface TaskEnvelope {
  readonly ref: TaskRef;
  /** The key of the task's content: release, task, version and input. */
  readonly key: string;
  /** The encoded input, or the digest under which the data plane has it. */
  readonly input: { readonly inline: Uint8Array } | { readonly digest: string };
  /** What a worker shows to a server to store the result; undefined if the submitter has no data plane. */
  readonly permit: string | undefined;
  /** Whether the submitter listens to progress. */
  readonly wantsProgress: boolean;
  /** Whether the input was moved, so that the task must not run again in the same worker. */
  readonly isMoved: boolean;
  /** Milliseconds that the task may run; 0 is without limit. */
  readonly deadlineMs: number;
}

/** An envelope as JSON. */
export function taskToJson({ ref, key, input, permit, wantsProgress, isMoved, deadlineMs }: TaskEnvelope): object {
  const place = "inline" in input ? { inline: base64(input.inline) } : { digest: input.digest };
  return {
    v: envelopeVersion,
    task: ref.task,
    version: ref.version,
    key,
    input: place,
    ...(permit === undefined ? {} : { permit }),
    wantsProgress,
    isMoved,
    deadlineMs,
  };
}

/**
 * The envelope in a job. Other programs can write to a queue, so nothing of it is trusted.
 *
 * @throws ATC_INVALID_DATA for a job that no submitter wrote; ATC_UNSUPPORTED for another version
 */
export function taskOfJson(data: unknown): TaskEnvelope {
  const given = objectOf(data);
  if (given["v"] !== envelopeVersion)
    throw typeof given["v"] === "number"
      ? new AtcError(
          "ATC_UNSUPPORTED",
          `a job has version ${given["v"]} of the form, not ${envelopeVersion}; update the older side`,
        )
      : malformed("it has no version");
  const { task, version, key, permit, wantsProgress, isMoved, deadlineMs } = given;
  if (typeof task !== "string" || task.length > 1000) throw malformed("it names no task");
  if (typeof version !== "number") throw malformed("it has no version of the task");
  if (!isDigest(key)) throw malformed("its key is not a digest");
  if (typeof deadlineMs !== "number" || !(deadlineMs >= 0)) throw malformed("its deadline is not a number");
  if (permit !== undefined && !isDigest(permit)) throw malformed("its permit is not a digest");
  const { inline, digest } = objectOf(given["input"]);
  const input = typeof inline === "string" ? { inline: bytesOf(inline) } : isDigest(digest) ? { digest } : undefined;
  if (input === undefined) throw malformed("it has no input");
  return {
    ref: { task, version },
    key,
    input,
    permit,
    wantsProgress: wantsProgress === true,
    isMoved: isMoved === true,
    deadlineMs,
  };
}

/** What Redis holds of a result. */
export interface SentResult {
  /** Its bytes; undefined if the data plane has them. */
  readonly inline: Uint8Array | undefined;
  /** Milliseconds of computing; 0 for a result that was stored. */
  readonly costMs: number;
}

/** A result as JSON. */
export function resultToJson({ inline, costMs }: SentResult): object {
  return {
    v: envelopeVersion,
    costMs: Math.round(costMs),
    ...(inline === undefined ? {} : { inline: base64(inline) }),
  };
}

/** The result in a job. ATC_INVALID_DATA for another form. */
export function resultOfJson(data: unknown): SentResult {
  const given = objectOf(data);
  const { v, inline } = given;
  if (v !== envelopeVersion) throw malformed("its result has no version");
  if (inline !== undefined && typeof inline !== "string") throw malformed("its result is not text");
  return { inline: inline === undefined ? undefined : bytesOf(inline), costMs: countOf(given, "costMs") };
}

function objectOf(data: unknown): Readonly<Record<string, unknown>> {
  if (typeof data === "object" && data !== null) return data as Readonly<Record<string, unknown>>;
  throw malformed("it is not an object");
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}

function malformed(what: string): AtcError {
  return new AtcError(
    "ATC_INVALID_DATA",
    `a job in the queue was not written by a submitter: ${what}; use another queue for other programs`,
  );
}
