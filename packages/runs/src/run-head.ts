import { createHash } from "node:crypto";
import { AtcError } from "@atc/contract";
import { isFileName, runFormat, runVersion } from "./run-folder.ts";
import { runKinds, type StoredRun } from "./stored-run.ts";

/** A file of a run, as its head describes it. */
export interface RunFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** What `run.json` holds. */
export interface RunHead {
  readonly run: StoredRun;
  /** The other files of the run, by name. */
  readonly files: Readonly<Record<string, RunFile>>;
}

/** SHA-256 of bytes or text, in hexadecimal digits. */
export function sha256Of(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The last lines of a head: the checksum of all bytes before them. */
const tail = (checksum: string): string => ` "sha256": "${checksum}"\n}\n`;
const tailLength = tail("0".repeat(64)).length;

/** Version 1 had backtests only, and they are still written so that it reads them. */
const versionOf = (kind: unknown): number => (kind === "backtest" ? 1 : runVersion);

/** The text of `run.json`: the run, its files, and a checksum of both. */
export function formatHead({ run, files }: RunHead): string {
  const members = { format: runFormat, formatVersion: versionOf(run.kind), ...run, files };
  const text = `${JSON.stringify(members, undefined, 1).slice(0, -2)},\n`;
  return text + tail(sha256Of(text));
}

/** The error of a file that does not hold what was written. */
export function damagedRun(path: string, what: string, cause?: unknown): AtcError {
  return new AtcError(
    "ATC_CORRUPT_DATA",
    `the stored run "${path}" is damaged: ${what}; remove it with atc runs rm, and run it again`,
    { details: { path }, ...(cause === undefined ? {} : { cause }) },
  );
}

/**
 * Reads `run.json`, and checks all of it.
 *
 * @throws ATC_UNSUPPORTED for a newer version; ATC_CORRUPT_DATA for anything that this package does not write
 */
export function parseHead(bytes: Uint8Array, path: string, id: string): RunHead {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw damagedRun(path, "it is not JSON", error);
  }
  if (typeof value !== "object" || value === null || !("format" in value) || value.format !== runFormat)
    throw damagedRun(path, `it has no member "format" of value "${runFormat}"`);
  const version = "formatVersion" in value ? value.formatVersion : undefined;
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 1)
    throw damagedRun(path, "its formatVersion is not a whole number of 1 or more");
  if (version > runVersion)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `the stored run "${path}" has version ${version}, and this package reads versions up to ${runVersion}; update the @atc packages`,
      { details: { path, formatVersion: version } },
    );
  const checksum = sha256Of(bytes.subarray(0, -tailLength));
  if (!("sha256" in value) || value.sha256 !== checksum)
    throw damagedRun(path, "its sha256 does not match its content");
  const { format: _, formatVersion: __, sha256: ___, files, ...run } = value as Record<string, unknown>;
  if (run["id"] !== id) throw damagedRun(path, `it belongs to the run "${String(run["id"])}", not to "${id}"`);
  const fault = headFault(run, files);
  if (fault !== undefined) throw damagedRun(path, fault);
  return { run, files } as unknown as RunHead;
}

const objects = ["data", "strategy", "config", "inputs", "versions", "platform", "digests"];
const objectsOf = (kind: unknown): readonly string[] =>
  kind === "backtest" ? [...objects, "trades"] : kind === "sweep" ? [...objects, "table", "findings"] : objects;

/** The checksum was valid, so this finds what a faulty writer wrote. */
function headFault(run: Readonly<Record<string, unknown>>, files: unknown): string | undefined {
  const { kind } = run;
  if (!runKinds.some((known) => known === kind))
    return `its kind is "${String(kind)}", which this version does not know`;
  const bad = objectsOf(kind).find((name) => typeof run[name] !== "object" || run[name] === null);
  if (bad !== undefined) return `its member "${bad}" is missing`;
  if (typeof run["createdAt"] !== "number") return "its createdAt is not a number";
  if (!Array.isArray(run["skipped"]) || !Array.isArray(run["notes"])) return "its lists are missing";
  if (typeof files !== "object" || files === null) return 'its member "files" is missing';
  const odd = Object.entries(files).find(([name, file]) => !(isFileName(name) && isRunFile(file)));
  return odd === undefined ? undefined : `its member "files" does not describe the file "${odd[0]}"`;
}

function isRunFile(value: unknown): value is RunFile {
  if (typeof value !== "object" || value === null || !("bytes" in value) || !("sha256" in value)) return false;
  return Number.isSafeInteger(value.bytes) && Number(value.bytes) >= 0 && typeof value.sha256 === "string";
}
