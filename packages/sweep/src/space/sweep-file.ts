import { createRequire } from "node:module";
import type { Document, LineCounter, YAMLMap } from "yaml";
import { checkDefinition } from "./check-definition.ts";
import { spaceFault } from "./space-fault.ts";
import type { SweepDefinition } from "./sweep-definition.ts";

type Yaml = typeof import("yaml");

// Loaded with require and only for a file: Node 22 can import this CommonJS module empty.
const require = createRequire(import.meta.url);

/** The line of each key of a mapping. */
function keyLines(map: YAMLMap, lines: LineCounter, yaml: Yaml): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { key } of map.items)
    if (yaml.isScalar(key) && key.range != null) found.set(String(key.value), lines.linePos(key.range[0]).line);
  return found;
}

function documentOf(text: string, file: string, lines: LineCounter, yaml: Yaml): Document {
  const document = yaml.parseDocument(text, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    logLevel: "error",
  });
  const [error] = document.errors;
  if (error === undefined) return document;
  const { line, col } = lines.linePos(error.pos[0]);
  throw spaceFault(`${file}:${line}:${col}`, error.message, error);
}

/** The origins of members that are mappings or lists: one per key or place. */
function innerOrigins(
  name: string,
  node: unknown,
  at: (line: number) => string,
  lines: LineCounter,
  yaml: Yaml,
): [string, string][] {
  if (yaml.isMap(node))
    return Array.from(keyLines(node as YAMLMap, lines, yaml), ([key, line]): [string, string] => [
      `${name}.${key}`,
      at(line),
    ]);
  if (!yaml.isSeq(node)) return [];
  return node.items.flatMap((item, index): [string, string][] => {
    const start = yaml.isNode(item) ? item.range?.[0] : undefined;
    return start === undefined ? [] : [[`${name}.${index}`, at(lines.linePos(start).line)]];
  });
}

/**
 * Parses a sweep in YAML or JSON. Errors and `origins` have the lines of the file.
 *
 * @throws ATC_INVALID_CONFIG for invalid syntax, unknown members, and members of another form
 */
export function parseSweepFile(text: string, file: string): SweepDefinition {
  const yaml: Yaml = require("yaml");
  const lines = new yaml.LineCounter();
  const document = documentOf(text, file, lines, yaml);
  const root = document.contents;
  if (!yaml.isMap(root))
    throw spaceFault(file, "contains no keys and values; write some, such as grid: { emaLength: 10..60:5 }");
  const at = (line: number): string => `${file}:${line}`;
  const lineOf = keyLines(root, lines, yaml);
  const origins = new Map<string, string>();
  for (const [name, line] of lineOf) {
    origins.set(name, at(line));
    for (const [path, origin] of innerOrigins(name, root.get(name, true), at, lines, yaml)) origins.set(path, origin);
  }
  let content: Readonly<Record<string, unknown>>;
  try {
    content = document.toJS({ maxAliasCount: 1000 }) as Readonly<Record<string, unknown>>;
  } catch (error) {
    // The library reports aliases without a target, or that expand without end, only here.
    throw spaceFault(file, error instanceof Error ? error.message : String(error), error);
  }
  const { $schema: _schema, ...members } = content;
  const placed = Object.fromEntries(origins);
  checkDefinition(members, placed);
  return { grid: {}, ...members, origins: placed };
}
