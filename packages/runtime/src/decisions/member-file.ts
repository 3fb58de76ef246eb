import type { MemberSpan, Members } from "@atc/backtest";
import { AtcError, type ColumnChunk, type DataSource, isAtcError, type OperationOptions } from "@atc/contract";
import { isMissing } from "@atc/plugin-kit";
import { openSource } from "../data/open-source.ts";
import { configuredFile } from "../wiring/configured-path.ts";
import type { Runtime } from "../wiring/runtime.ts";

/** The file under the key `universe`, whose content is known. */
export interface MemberFile {
  /** The path as the user gave it. */
  readonly label: string;
  readonly members: Members;
}

const day = 86_400_000;
const dates = /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?)?$/;

/** The UTC midnight of a date; undefined for another text. */
function midnightOf(text: string): number | undefined {
  const [, year, month, date] = (dates.exec(text.trim()) ?? []).map(Number);
  if (year === undefined || month === undefined || date === undefined) return undefined;
  const time = Date.UTC(year, month - 1, date);
  const found = new Date(time);
  return found.getUTCMonth() === month - 1 && found.getUTCDate() === date ? time : undefined;
}

function refusal(label: string, what: string, line?: number): AtcError {
  const place = line === undefined ? "" : ` line ${line}`;
  return new AtcError("ATC_INVALID_DATA", `"${label}"${place}: ${what}`, {
    details: { key: "universe", path: label, ...(line === undefined ? {} : { line }) },
  });
}

/** The text of the column `to` in a row; undefined if it is empty. */
function textOf(chunk: ColumnChunk, row: number): string | undefined {
  const dictionary = chunk.dictionaries?.["to"];
  const value = Number(chunk.columns["to"]?.[row]);
  if (dictionary !== undefined) {
    const text = dictionary[value];
    return text === undefined || isMissing(text) ? undefined : text;
  }
  return Number.isNaN(value) ? undefined : String(value);
}

/** The span of a row: its days, the last one included. */
function spanOf(chunk: ColumnChunk, row: number, label: string): MemberSpan {
  const time = Number((chunk.columns["timestamp"] as BigInt64Array)[row]);
  const from = Math.floor(time / day) * day;
  const text = textOf(chunk, row);
  if (text === undefined) return [from, Number.POSITIVE_INFINITY];
  const last = midnightOf(text);
  const line = chunk.lines?.[row];
  if (last === undefined)
    throw refusal(
      label,
      `"to" is "${text}"; write a day such as 2024-01-31, or nothing for a member to this day`,
      line,
    );
  if (last < from)
    throw refusal(label, `"to" (${text}) is before "from" (${new Date(from).toISOString().slice(0, 10)})`, line);
  return [from, last + day];
}

/** Rising spans without overlaps. */
function joined(spans: readonly MemberSpan[]): readonly MemberSpan[] {
  const all: MemberSpan[] = [];
  for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
    const last = all.at(-1);
    if (last === undefined || last[1] < from) all.push([from, to]);
    else all[all.length - 1] = [last[0], Math.max(last[1], to)];
  }
  return all;
}

const unnamed = "(no symbol)";

async function openMembers(runtime: Runtime, label: string): Promise<DataSource> {
  const path = configuredFile(runtime, "universe", label);
  const sourceOptions = { values: [], columns: { timestamp: "from" }, text: "keep", symbol: unnamed };
  try {
    return await openSource(runtime, [path], { source: "csv", sourceOptions });
  } catch (error) {
    // The source names its own option for the column of times.
    if (isAtcError(error) && error.details["column"] === "from" && error.code === "ATC_INVALID_ARGUMENT")
      throw refusal(label, 'it has no column "from"; its columns must be symbol, from and to');
    throw error;
  }
}

/**
 * Reads the file under the key `universe`; undefined without one.
 *
 * @throws ATC_NOT_FOUND; ATC_INVALID_DATA with the line of a day that is not one, or if it has no column `symbol`,
 * `from` or `to`
 */
export async function memberFile(
  runtime: Runtime,
  { signal }: Pick<OperationOptions, "signal">,
): Promise<MemberFile | undefined> {
  const { universe: label } = runtime.config;
  if (label === undefined) return undefined;
  await using source = await openMembers(runtime, label);
  const names = source.columns.map(({ name }) => name);
  if (!names.includes("to")) throw refusal(label, 'it has no column "to"; its columns must be symbol, from and to');
  const spans = new Map<string, MemberSpan[]>();
  for await (const chunk of source.chunks({ signal })) {
    const { indices, values } = chunk.symbol;
    if (values[0] === unnamed)
      throw refusal(label, 'it has no column "symbol"; its columns must be symbol, from and to');
    for (let row = 0; row < chunk.length; row++) {
      const symbol = values[indices[row] ?? 0] ?? "";
      const own = spans.get(symbol) ?? [];
      spans.set(symbol, own);
      own.push(spanOf(chunk, row, label));
    }
  }
  return { label, members: new Map([...spans].map(([symbol, own]) => [symbol, joined(own)])) };
}
