import type { AtcError } from "@atc/contract";
import { invalidConfig, jsonValue } from "../faults/config-fault.ts";
import type { Origin } from "../faults/origin.ts";
import { flagOf } from "../keys/config-key.ts";
import type { Spelling } from "../keys/spelling.ts";
import { flagSpelling, nameSpelling, variableSpelling } from "../keys/spelling.ts";

/** One key as it was written, not yet checked. */
export interface Setting {
  /** The key in the spelling of its layer. */
  readonly written: string;
  readonly value: unknown;
  readonly origin: Origin;
}

/** A key of a file with its line, from 1. */
export interface Entry {
  readonly key: string;
  readonly value: unknown;
  readonly line: number;
}

/** The settings of one source, without undefined and null values. */
export interface Layer {
  readonly spelling: Spelling;
  readonly settings: readonly Setting[];
}

const isWritten = ({ value }: Setting): boolean => value !== undefined && value !== null;

function notAnObject(origin: string, value: unknown): AtcError {
  return invalidConfig([
    { path: "", origin, value: jsonValue(value), allowed: "an object of keys and values is required" },
  ]);
}

function entriesOf(origin: string, value: unknown): readonly [string, unknown][] {
  if (value === undefined) return [];
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw notAnObject(origin, value);
  return Object.entries(value);
}

/** The layer of an object in code, without `$schema`. */
export function objectLayer(object: unknown): Layer {
  const settings = entriesOf("object", object).map(([written, value]): Setting => {
    return { written, value, origin: { kind: "object", spelling: written } };
  });
  return {
    spelling: nameSpelling,
    settings: settings.filter((setting) => isWritten(setting) && setting.written !== "$schema"),
  };
}

/** The layer of the command line. */
export function flagLayer(flags: unknown): Layer {
  const settings = entriesOf("flags", flags).map(([written, value]): Setting => {
    return { written, value, origin: { kind: "flag", spelling: flagOf(written.replace(/^--/, "")) } };
  });
  return { spelling: flagSpelling, settings: settings.filter((setting) => isWritten(setting)) };
}

/** Variables that other packages read. */
const reserved: ReadonlySet<string> = new Set([
  "ATC_DEBUG",
  "ATC_NODE",
  "ATC_PYTHON",
  "ATC_KERNEL",
  "ATC_LOG",
  "ATC_TRUST",
]);

/**
 * The layer of the environment: variables that start with `ATC_` and are not empty. An unknown one causes a warning,
 * not a fault.
 */
export function environmentLayer(env: Readonly<Record<string, string | undefined>>, warnings: string[]): Layer {
  const settings: Setting[] = [];
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith("ATC_") || reserved.has(variable) || value === undefined || value === "") continue;
    if (variableSpelling.meaning(variable) === undefined) {
      const meant = variableSpelling.nearest(variable);
      warnings.push(
        `unknown environment variable "${variable}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`,
      );
    } else settings.push({ written: variable, value, origin: { kind: "environment", spelling: variable } });
  }
  return { spelling: variableSpelling, settings };
}

/** The layer of a file: each top-level key with its line. */
export function fileLayer(file: string, entries: readonly Entry[]): Layer {
  const settings = entries.map(({ key, value, line }): Setting => {
    return { written: key, value, origin: { kind: "file", spelling: key, file, line } };
  });
  return {
    spelling: nameSpelling,
    settings: settings.filter((setting) => isWritten(setting) && setting.written !== "$schema"),
  };
}
