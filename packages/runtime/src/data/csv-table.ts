import { open } from "node:fs/promises";
import { timeTexts } from "@atc/backtest";
import type { ReadonlyTypedArray, SeriesColumns, TableFile, TablePlan, TypedArray } from "@atc/contract";
import { fromSystemError, ownMember } from "@atc/contract";

/** Rows whose text is put together before it is handed on. */
const rowsPerPiece = 2048;

/** The shortest text that reads back as the same double; nothing for NaN, and the sign of a zero is kept. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return "";
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A field, in quotes where it would not stand by itself. */
function fieldText(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Names of columns in CSV: ticks have a price and a size, by which they are told from bars. */
function headerOf({ schema: { kind, columns } }: TablePlan): string {
  const ours: Readonly<Record<string, string>> = kind === "ticks" ? { close: "price", volume: "size" } : {};
  return `${["symbol", ...columns.map(({ name }) => fieldText(ownMember(ours, name) ?? name))].join(",")}\n`;
}

/**
 * A CSV file in the making, handed on piece by piece: `symbol`, `timestamp` in ISO 8601, then the columns, numbers in their shortest form that reads back to the
 * same bits. Ticks have the columns `price` and `size` for `close` and `volume`.
 */
export async function csvTable(
  plan: TablePlan,
  write: (text: string) => Promise<void>,
  close: () => Promise<void>,
): Promise<TableFile> {
  const { columns } = plan.schema;
  const timeText = timeTexts(columns[0]?.type === "timestamp[ns]" ? "ns" : "ms");
  const names = columns.slice(1).map(({ name }) => name);
  await write(headerOf(plan));
  return {
    async write(symbol: string, values: SeriesColumns) {
      const prefix = `${fieldText(symbol)},`;
      const times = values["timestamp"] as BigInt64Array;
      const arrays = names.map((name) => values[name] as Exclude<TypedArray, BigInt64Array>);
      for (let row = 0; row < times.length; row += rowsPerPiece)
        await write(linesOf(prefix, times, timeText, arrays, row, Math.min(row + rowsPerPiece, times.length)));
    },
    finish: close,
    [Symbol.asyncDispose]: close,
  };
}

function linesOf(
  prefix: string,
  times: BigInt64Array,
  timeText: (time: bigint) => string,
  arrays: readonly ReadonlyTypedArray[],
  from: number,
  to: number,
): string {
  let text = "";
  for (let row = from; row < to; row++) {
    text += prefix + timeText(times[row] as bigint);
    for (const array of arrays) text += `,${numberText(array[row] as number)}`;
    text += "\n";
  }
  return text;
}

/** A CSV file of a table at a path where there is none. */
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
  return await csvTable(plan, write, async () => await handle.close());
}
