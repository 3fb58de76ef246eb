import type { AtcError } from "@atc/contract";
import { invalidConfig, jsonValue } from "../faults/config-fault.ts";
import type { Origin } from "../faults/origin.ts";
import { flagOf } from "../keys/config-key.ts";
import { sectionNamed } from "../keys/sections.ts";
import type { Spelling } from "../keys/spelling.ts";
import { flagSpelling, nameSpelling, variableSpelling } from "../keys/spelling.ts";

/** One key as it was written, not yet checked. */
export interface Setting {
  /** The key in the spelling of its layer. */
  readonly written: string;
  /** The section that the key is in, in small letters. */
  readonly section?: string;
  readonly value: unknown;
  readonly origin: Origin;
}

/** A key of a file with its line, from 1, and the section that it is in, as written. */
export interface Entry {
  readonly key: string;
  readonly section?: string;
  readonly value: unknown;
  readonly line: number;
}

/** The settings of one source, without undefined and null values. */
export interface Layer {
  readonly spelling: Spelling;
  readonly settings: readonly Setting[];
}

/** Whether a setting counts. A section without keys does, and is a fault: it looks as if it set something. */
function isWritten({ written, section, value }: Setting): boolean {
  if (written === "$schema" && section === undefined) return false;
  return value !== undefined && (value !== null || (section === undefined && sectionNamed(written) !== undefined));
}

/** Whether a value of a section holds keys. One that does not stays a setting, which is then refused. */
export function hasKeys(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}

/** The settings of an object, with those of its sections. */
function objectSettings(object: readonly [string, unknown][]): readonly Setting[] {
  return object.flatMap(([written, value]): readonly Setting[] => {
    const section = sectionNamed(written);
    if (section === undefined || !hasKeys(value))
      return [{ written, value, origin: { kind: "object", spelling: written } }];
    return Object.entries(value).map(([inner, member]): Setting => {
      return { written: inner, section, value: member, origin: { kind: "object", spelling: `${written}.${inner}` } };
    });
  });
}

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
  const settings = objectSettings(entriesOf("object", object));
  return { spelling: nameSpelling, settings: settings.filter(isWritten) };
}

/** The layer of the command line. */
export function flagLayer(flags: unknown): Layer {
  const settings = entriesOf("flags", flags).map(([written, value]): Setting => {
    return { written, value, origin: { kind: "flag", spelling: flagOf(written.replace(/^--/, "")) } };
  });
  return { spelling: flagSpelling, settings: settings.filter(({ value }) => value !== undefined && value !== null) };
}

/** Variables that other packages read. */
const reserved: ReadonlySet<string> = new Set([
  "ATC_CHROMIUM",
  "ATC_DEBUG",
  "ATC_NODE",
  "ATC_PYTHON",
  "ATC_KERNEL",
  "ATC_LOG",
  "ATC_TRUST",
  "ATC_REDIS",
  "ATC_SHARED",
  "ATC_DATA_TOKEN",
  "ATC_DATA_URL",
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

/** The layer of a file: each key at the top level or in a section, with its line. */
export function fileLayer(file: string, entries: readonly Entry[]): Layer {
  const settings = entries.map(({ key, section, value, line }): Setting => {
    const origin: Origin = { kind: "file", spelling: key, file, line };
    return section === undefined
      ? { written: key, value, origin }
      : { written: key, section: section.toLowerCase(), value, origin };
  });
  return { spelling: nameSpelling, settings: settings.filter(isWritten) };
}

/** The value of a key and its origin. */
export interface Chosen {
  readonly written: string;
  readonly value: unknown;
  readonly origin: Origin;
  /** The setting that it came from. */
  readonly setting: Setting;
}
