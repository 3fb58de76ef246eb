import { open } from "node:fs/promises";
import { timeTexts } from "@atc/backtest";
import type { ReadonlyTypedArray, SeriesColumns, TableFile, TablePlan, TypedArray } from "@atc/contract";
import { fromSystemError } from "@atc/contract";
import { ownMember } from "@atc/plugin-kit";

/** Rows per write. */
const rowsPerPiece = 2048;

/** The shortest text that parses to the same double; empty for NaN; `-0` keeps its sign. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return "";
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A field, in quotes if it needs them. */
function fieldText(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The header. Ticks have a price and a size, which distinguish them from bars. */
function headerOf({ schema: { kind, columns } }: TablePlan): string {
  const ours: Readonly<Record<string, string>> = kind === "ticks" ? { close: "price", volume: "size" } : {};
  return `${["symbol", ...columns.map(({ name }) => fieldText(ownMember(ours, name) ?? name))].join(",")}\n`;
}

/**
 * Writes a CSV file in portions: `symbol`, `timestamp` in ISO 8601 (a calendar date has no time of day), then the
 * other columns. A number is written in the shortest form that parses to the same bits. Ticks have the columns `price`
 * and `size` for `close` and `volume`.
 */
export async function csvTable(
  plan: TablePlan,
  write: (text: string) => Promise<void>,
  close: () => Promise<void>,
): Promise<TableFile> {
  const { columns } = plan.schema;
  const instantText = timeTexts(columns[0]?.type === "timestamp[ns]" ? "ns" : "ms");
  // Without a time of day, so that a reader takes them for dates again.
  const timeText = plan.timeIs === "date" ? (time: bigint) => instantText(time).replace(/T.*/, "") : instantText;
  const names = columns.slice(1).map(({ name }) => name);
  await write(headerOf(plan));
  return {
    async write(symbol: string, values: SeriesColumns) {
      const prefix = `${fieldText(symbol)},`;
      const times = values["timestamp"];
      if (!(times instanceof BigInt64Array)) throw new TypeError("the column timestamp is missing");
      const arrays = names.map((name) => numbersOf(name, values[name]));
      for (let row = 0; row < times.length; row += rowsPerPiece)
        await write(linesOf({ prefix, times, timeText, arrays }, row, Math.min(row + rowsPerPiece, times.length)));
    },
    finish: close,
    [Symbol.asyncDispose]: close,
  };
}

function numbersOf(name: string, values: TypedArray | undefined): ReadonlyTypedArray {
  if (values === undefined || values instanceof BigInt64Array) throw new TypeError(`the column ${name} has no numbers`);
  return values;
}

/** Rows of one symbol, and how they are written. */
interface SymbolRows {
  readonly prefix: string;
  readonly times: BigInt64Array;
  readonly timeText: (time: bigint) => string;
  readonly arrays: readonly ReadonlyTypedArray[];
}

function linesOf({ prefix, times, timeText, arrays }: SymbolRows, from: number, to: number): string {
  let text = "";
  for (let row = from; row < to; row++) {
    text += prefix + timeText(times[row] ?? 0n);
    for (const array of arrays) text += `,${numberText(array[row] ?? Number.NaN)}`;
    text += "\n";
  }
  return text;
}

/** Starts a CSV file at a path that does not exist yet. */
export async function csvFile(path: string, plan: TablePlan): Promise<TableFile> {
  const failed = (error: unknown): Error =>
    fromSystemError(error, `cannot write "${path}"`, "check the folder and the space on the disk");
  const handle = await open(path, "wx").catch((error: unknown) => {
    throw failed(error);
  });
  const write = async (text: string): Promise<void> => {
    await handle.writeFile(text).catch((error: unknown) => {
      throw failed(error);
    });
  };
  const close = async (): Promise<void> => {
    await handle.close().catch((error: unknown) => {
      throw failed(error);
    });
  };
  const table = await csvTable(plan, write, close).catch(async (error: unknown) => {
    await handle.close().catch(() => undefined);
    throw error;
  });
  // The error that ended the table says more than that of its disposal.
  return { ...table, [Symbol.asyncDispose]: () => handle.close().catch(() => undefined) };
}
