import type { ReadonlyTypedArray, SeriesColumns, TableFile, TablePlan, TypedArray } from "@atc/contract";

/** Rows whose text is put together before it is handed on. */
const rowsPerPiece = 2048;

/** A time as ISO 8601 in UTC: three digits of a second for ms, nine for ns; the number itself where no `Date` holds it. */
function timeText(time: bigint, unit: "ms" | "ns"): string {
  const ms = unit === "ms" ? time : (time - (((time % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n;
  const number = Number(ms);
  if (!(Math.abs(number) <= 8.64e15)) return String(time);
  const iso = new Date(number).toISOString();
  if (unit === "ms") return iso;
  return `${iso.slice(0, -1)}${String(time - ms * 1_000_000n).padStart(6, "0")}Z`;
}

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
  return `${["symbol", ...columns.map(({ name }) => fieldText(ours[name] ?? name))].join(",")}\n`;
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
  const unit = columns[0]?.type === "timestamp[ns]" ? "ns" : "ms";
  const names = columns.slice(1).map(({ name }) => name);
  await write(headerOf(plan));
  return {
    async write(symbol: string, values: SeriesColumns) {
      const prefix = `${fieldText(symbol)},`;
      const times = values["timestamp"] as BigInt64Array;
      const arrays = names.map((name) => values[name] as Exclude<TypedArray, BigInt64Array>);
      for (let row = 0; row < times.length; row += rowsPerPiece)
        await write(linesOf(prefix, times, unit, arrays, row, Math.min(row + rowsPerPiece, times.length)));
    },
    finish: close,
    [Symbol.asyncDispose]: close,
  };
}

function linesOf(
  prefix: string,
  times: BigInt64Array,
  unit: "ms" | "ns",
  arrays: readonly ReadonlyTypedArray[],
  from: number,
  to: number,
): string {
  let text = "";
  for (let row = from; row < to; row++) {
    text += prefix + timeText(times[row] as bigint, unit);
    for (const array of arrays) text += `,${numberText(array[row] as number)}`;
    text += "\n";
  }
  return text;
}
