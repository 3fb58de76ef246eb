import type { ReportResult } from "../data/report-result.ts";

const absolute = /^(?:[/\\]|[A-Za-z]:[/\\])/;

/** The last name of an absolute path; another text as it is. */
export function nameOfPath(text: string): string {
  if (!absolute.test(text)) return text;
  return text.split(/[/\\]/).findLast((name) => name !== "") ?? text;
}

function inValue(value: unknown): unknown {
  if (typeof value === "string") return nameOfPath(value);
  if (Array.isArray(value)) return value.map(inValue);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inValue(inner)]));
}

/**
 * A result without the folders of its absolute paths. A report is sent to others, to whom these are of no use; and the
 * same result in another folder is the same report.
 */
export function withoutFolders(result: ReportResult): ReportResult {
  return {
    ...result,
    config: inValue(result.config) as ReportResult["config"],
    data: { ...result.data, path: nameOfPath(result.data.path) },
  };
}
