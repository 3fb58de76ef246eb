import type { JsonObject, JsonValue } from "@atc/contract";
import { printableLine } from "@atc/plugin-kit";
import type { StoredRun } from "@atc/runtime/runs";
import { counted, integer } from "../text/number-format.ts";

function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** Keys and their values in a line. */
function keysText(keys: JsonValue | undefined): string {
  const words = Object.entries(objectOf(keys) ?? {}).map(([name, value]) => `${name}=${String(value)}`);
  return printableLine(words.join(", "));
}

/** The configuration that a sweep, or the judgement of its table, found best; undefined for other runs. */
export function winnerText({ findings }: Pick<StoredRun, "findings">): string | undefined {
  const best = objectOf(listOf(findings?.["best"])[0] ?? findings?.["best"]);
  return best === undefined ? undefined : keysText(best["keys"]);
}

/** The choices of a walk-forward. */
function choicesText({ findings }: StoredRun): string | undefined {
  const windows = listOf(findings?.["windows"]);
  if (windows.length === 0) return undefined;
  const chosen = windows.map((one) => objectOf(objectOf(one)?.["choice"])?.["configuration"]);
  const different = new Set(chosen.filter((one) => one !== undefined)).size;
  return `${counted(different, "configuration")} chosen in ${counted(windows.length, "window")}`;
}

/** The verdict of a validation in a sentence. */
function verdictText({ findings }: StoredRun): string | undefined {
  const verdict = objectOf(findings?.["verdict"]) ?? objectOf(findings?.["validation"]);
  const sentence = verdict?.["sentence"];
  return typeof sentence === "string" ? printableLine(sentence) : undefined;
}

function searchText({ inputs }: StoredRun): string | undefined {
  const search = objectOf(inputs["search"]);
  if (search === undefined) return undefined;
  const axes = Object.entries(objectOf(search["grid"]) ?? {}).map(
    ([key, values]) => `${key}=${typeof values === "string" ? values : JSON.stringify(values)}`,
  );
  const sample = objectOf(search["sample"]);
  const method =
    sample === undefined ? [] : [`${String(sample["method"] ?? "random")} ${String(sample["count"] ?? "")}`];
  return printableLine([...axes, ...method].join(", "));
}

/** What a search or a judgement was, and what it found. */
export function searchLines(run: StoredRun): readonly (readonly [string, string])[] {
  const { findings, inputs, seed } = run;
  const evaluations = findings?.["evaluations"];
  const lines: readonly (readonly [string, string | undefined])[] = [
    ["search", searchText(run)],
    ["windows", inputs["windows"] === undefined ? undefined : keysText(withoutNull(inputs["windows"]))],
    ["table", typeof inputs["table"] === "string" ? printableLine(inputs["table"]) : undefined],
    ["seed", seed === undefined ? undefined : String(seed)],
    ["evaluations", typeof evaluations === "number" ? integer(evaluations) : undefined],
    ["best", winnerText(run)],
    ["choices", choicesText(run)],
    ["verdict", verdictText(run)],
  ];
  return lines.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const]));
}

function withoutNull(value: JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(objectOf(value) ?? {}).filter(([, member]) => member !== null));
}
