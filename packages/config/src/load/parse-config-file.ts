import { createRequire } from "node:module";
import type { Document, LineCounter, Node, YAMLMap } from "yaml";
import type { ConfigFault } from "../faults/config-fault.ts";
import { invalidConfig, jsonValue } from "../faults/config-fault.ts";
import { sectionNamed } from "../keys/sections.ts";
import { isConfigKey, isForeign, nameSpelling } from "../keys/spelling.ts";
import type { Entry, Layer } from "../layers/layer.ts";
import { fileLayer, hasKeys } from "../layers/layer.ts";

type Yaml = typeof import("yaml");

const require = createRequire(import.meta.url);

/** The content of a configuration file. */
export interface ParsedFile {
  readonly layer: Layer;
  readonly warnings: readonly string[];
}

interface Content {
  readonly entries: readonly Entry[];
  readonly warnings: readonly string[];
}

/** Sections that contain the whole configuration, in lower case. Other programs own the rest of such a file. */
const sections: ReadonlySet<string> = new Set(["atc", "adaptive_trend", "adaptive_trend_lts"]);

/** Whether a key has symbols as its members. */
function holdsSymbols(key: string): boolean {
  const meaning = nameSpelling.meaning(key);
  return meaning !== undefined && isConfigKey(meaning) && (meaning.kind === "shares" || meaning.kind === "values");
}

/** Shares with their symbols as written: YAML takes the symbol 0700 for the number 700. */
function asWritten(shares: unknown, mapping: YAMLMap | undefined, yaml: Yaml): unknown {
  if (mapping === undefined || typeof shares !== "object" || shares === null) return shares;
  const written = new Map<string, string>();
  for (const { key } of mapping.items)
    if (yaml.isScalar(key) && typeof key.value !== "string") written.set(String(key.value), key.source ?? "");
  return Object.fromEntries(
    Object.entries(shares).map(([symbol, share]: [string, unknown]) => [written.get(symbol) ?? symbol, share]),
  );
}

/** The keys of a mapping with their lines. Keys from a merge (`<<`) get the line at which the mapping starts. */
function entriesOf(map: YAMLMap, document: Document, lines: LineCounter, yaml: Yaml): readonly Entry[] {
  const lineOf = (offset: number | undefined): number => lines.linePos(offset ?? 0).line;
  const keyLines = new Map<string, number>();
  for (const { key } of map.items) if (yaml.isScalar(key)) keyLines.set(String(key.value), lineOf(key.range?.[0]));
  const value: unknown = map.toJS(document);
  return Object.entries(value ?? {}).map(([key, member]: [string, unknown]): Entry => {
    const shown = holdsSymbols(key) ? asWritten(member, mappingOf(map, key, document, yaml), yaml) : member;
    return { key, value: shown, line: keyLines.get(key) ?? lineOf(map.range?.[0]) };
  });
}

/** The mapping that a section has as its value, behind an alias too. */
function mappingOf(map: YAMLMap, key: string, document: Document, yaml: Yaml): YAMLMap | undefined {
  const value = map.get(key, true) as Node | undefined;
  const target = yaml.isAlias(value) ? value.resolve(document) : value;
  return yaml.isMap(target) ? target : undefined;
}

/** The keys of a mapping, with those of the Python module's sections in it. */
function entriesWithSections(map: YAMLMap, document: Document, lines: LineCounter, yaml: Yaml): readonly Entry[] {
  return entriesOf(map, document, lines, yaml).flatMap((entry): readonly Entry[] => {
    if (sectionNamed(entry.key) === undefined || !hasKeys(entry.value)) return [entry];
    const inner = mappingOf(map, entry.key, document, yaml);
    // A merged section has no mapping of its own here; its keys get its own line.
    const entries: readonly Entry[] =
      inner === undefined
        ? Object.entries(entry.value).map(([key, value]: [string, unknown]) => ({ key, value, line: entry.line }))
        : entriesOf(inner, document, lines, yaml);
    return entries.map((one) => ({ ...one, section: entry.key }));
  });
}

/** Whether a key outside the section `atc` looks as if it configured ATC. */
function looksOurs(key: string): boolean {
  const meaning = nameSpelling.meaning(key);
  return sectionNamed(key) !== undefined || (meaning !== undefined && !isForeign(meaning));
}

function sectionOf(root: YAMLMap, yaml: Yaml): { name: string; map: YAMLMap } | undefined {
  for (const { key, value } of root.items) {
    const name = yaml.isScalar(key) ? String(key.value) : "";
    if (sections.has(name.toLowerCase()) && yaml.isMap(value)) return { name, map: value };
  }
  return undefined;
}

function content(root: YAMLMap, document: Document, file: string, lines: LineCounter, yaml: Yaml): Content {
  const section = sectionOf(root, yaml);
  if (section === undefined) return { entries: entriesWithSections(root, document, lines, yaml), warnings: [] };
  const outside = entriesOf(root, document, lines, yaml).filter(({ key }) => looksOurs(key));
  const warnings = outside.map(
    ({ key, line }) => `"${key}" (${file}:${line}) is outside the section "${section.name}" and is ignored`,
  );
  return { entries: entriesWithSections(section.map, document, lines, yaml), warnings };
}

function syntaxFaults(document: Document, file: string, lines: LineCounter): readonly ConfigFault[] {
  return document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    return { path: "", origin: `${file}:${line}:${col}`, value: null, allowed: error.message };
  });
}

/**
 * Parses a YAML or JSON file. JSON is parsed as YAML, so that the faults of both have lines.
 *
 * @throws ATC_INVALID_CONFIG with line and column for invalid syntax, a repeated key, or a file that contains anything
 * but keys and values
 */
export async function parseConfigFile(text: string, file: string): Promise<ParsedFile> {
  // Loaded with require: Node 22 imports this CommonJS module empty while the command's own module is still waiting.
  const yaml: Yaml = require("yaml");
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    logLevel: "error",
  });
  const faults = syntaxFaults(document, file, lines);
  if (faults.length > 0) throw invalidConfig(faults, document.errors[0]);
  const warnings = document.warnings.map(({ message, pos }) => `${file}:${lines.linePos(pos[0]).line}: ${message}`);
  const root = document.contents;
  if (root === null || (yaml.isScalar(root) && root.value === null))
    return { layer: fileLayer(file, []), warnings: [...warnings, `"${file}" contains no keys, so it has no effect`] };
  if (!yaml.isMap(root)) {
    const value = jsonValue(yaml.isScalar(root) ? root.value : undefined);
    throw invalidConfig([
      { path: "", origin: file, value, allowed: 'contains no keys and values; write some, such as "emaLength: 28"' },
    ]);
  }
  let found: Content;
  try {
    found = content(root, document, file, lines, yaml);
  } catch (error) {
    // The library reports aliases without a target, or that expand without end, only here.
    const allowed = error instanceof Error ? error.message : String(error);
    throw invalidConfig([{ path: "", origin: file, value: null, allowed }], error);
  }
  return { layer: fileLayer(file, found.entries), warnings: [...warnings, ...found.warnings] };
}
