import { configKeys } from "@atc/config";
import { AtcError, type JsonObject, type JsonValue } from "@atc/contract";
import type { StoredRun } from "@atc/runs";
import { asJson } from "../wiring/config-parts.ts";
import { commandWords } from "./command-words.ts";
import { judgesTable, searchOptionsOf } from "./searched.ts";

/** JSON with ASCII characters only: others could end a line, change its direction, or not be printed. */
function asciiJson(value: JsonValue, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A comment of one line. */
function comment(text: string): string {
  return `# ${asciiJson(text).slice(1, -1).replaceAll('\\"', '"')}`;
}

/** The command of a run with its symbols and its period. Words that a shell would change are quoted. */
export function runCommand(run: StoredRun, space?: string): string {
  const { inputs } = run;
  const words = [...commandWords(run, space)];
  // The symbols and the period of a table are those of its sweep.
  if (judgesTable(run)) return words.map(quotedWord).join(" ");
  const symbols = inputs["symbols"] as readonly string[] | undefined;
  const quoted = (symbol: string): string => (/[",\s]/.test(symbol) ? `"${symbol.replaceAll('"', '""')}"` : symbol);
  if (symbols !== undefined) words.push("--symbols", symbols.map(quoted).join(","));
  const period = inputs["period"] as { readonly from: number | null; readonly to: number | null } | undefined;
  for (const end of ["from", "to"] as const) {
    const time = period?.[end];
    if (typeof time === "number") words.push(`--${end}`, new Date(time).toISOString());
  }
  return words.map(quotedWord).join(" ");
}

function quotedWord(word: string): string {
  return /^[\w./:,=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * The definition of a stored search as JSON, which `--space` reads.
 *
 * @throws ATC_INVALID_ARGUMENT for a run that is not a search
 */
export function runSpaceText(run: StoredRun): string {
  if (run.inputs["search"] !== undefined) {
    const { definition } = searchOptionsOf(run);
    return `${asciiJson(asJson(definition), 2)}\n`;
  }
  throw new AtcError("ATC_INVALID_ARGUMENT", `the run "${run.id}" is a ${run.kind}, which searches no space`, {
    details: { run: run.id },
  });
}

/** What the command cannot say. */
function remarksOn(run: StoredRun, space: string | undefined): readonly string[] {
  const search = run.inputs["search"] as JsonObject | undefined;
  const isInCode = run.inputs["strategyInCode"] === true;
  return [
    ...(search?.["fixed"] === undefined || space !== undefined
      ? []
      : ["options cannot give the fixed keys of the search: write its definition to a file with --space FILE"]),
    ...(isInCode ? [`the strategy ${run.strategy.name} was given in code, which no command can do`] : []),
  ];
}

/** How the text of a configuration is made. */
export interface RunConfigTextOptions {
  /** The file that has the definition of a search: see {@link runSpaceText}. Default: the command has options. */
  readonly space?: string;
}

/**
 * The text of an `atc.yaml` with the whole configuration of a run, so that later defaults do not change it. Its
 * comments name the run, its rows and the command. Relative paths start in the folder of the file.
 */
export function runConfigText(run: StoredRun, { space }: RunConfigTextOptions = {}): string {
  const lines = configKeys.flatMap(({ name, default: byDefault }) => {
    const value = Object.hasOwn(run.config, name) ? run.config[name] : undefined;
    if (value === undefined) return [];
    if (value === null) return byDefault === "none" ? [] : [`${name}: none`];
    return [`${name}: ${asciiJson(value)}`];
  });
  const { data } = run;
  return `${[
    comment(`The configuration of the run ${run.id}. It is reproduced by: ${runCommand(run, space)}`),
    ...remarksOn(run, space).map(comment),
    comment(`data: ${data.path}, generation ${data.generation}, content ${data.content ?? "unknown"}`),
    ...lines,
  ].join("\n")}\n`;
}
