import { extname } from "node:path";
import type { Table } from "@atc/backtest";
import { columnsToCsv } from "@atc/backtest";
import type { ColumnType, TypedArray } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { encodeArrow } from "@atc/mmap-store";
import { columnNames, signalOutputs } from "@atc/signals";
import type { SignalTable } from "../signals/signal-table.ts";
import { replaceFile } from "./replace-file.ts";

/** Endings of files that signals are written to. */
export const signalFormats: readonly string[] = [".csv", ".arrow", ".json"];

function tableOf({ length, times, timeUnit, close, source, columns }: SignalTable): Table {
  const float: ColumnType = columns.ema instanceof Float32Array ? "float32" : "float64";
  return {
    length,
    columns: [
      { name: "timestamp", type: `timestamp[${timeUnit}]` },
      { name: "close", type: "float64" },
      { name: "source", type: "float64" },
      ...signalOutputs.map(
        (name) => ({ name: columnNames[name], type: name === "direction" ? "int8" : float }) as const,
      ),
    ],
    values: {
      timestamp: times,
      close,
      source,
      ...Object.fromEntries(signalOutputs.map((name) => [columnNames[name], columns[name]])),
    },
  };
}

/** Numbers as JSON; null for NaN and infinities. */
function jsonArray(values: TypedArray): string {
  return `[${Array.from(values as Float64Array, (value) => (Number.isFinite(value) ? String(value) : "null")).join(",")}]`;
}

function* signalJson(table: SignalTable): Generator<string> {
  const { symbol, config, times, timeUnit } = table;
  const { columns, values } = tableOf(table);
  yield `{"symbol":${JSON.stringify(symbol)},"config":${JSON.stringify(config)},"columns":{`;
  const perMs = timeUnit === "ns" ? 1_000_000n : 1n;
  yield `"timestamp":[${Array.from(times, (time) => `"${new Date(Number(time / perMs)).toISOString()}"`).join(",")}]`;
  for (const { name } of columns.slice(1)) yield `,${JSON.stringify(name)}:${jsonArray(values[name] as TypedArray)}`;
  yield "}}\n";
}

/**
 * Writes signals to a `.csv`, `.arrow` or `.json` file; columns are named as in `fixtures/atc`.
 *
 * @throws ATC_INVALID_ARGUMENT for another ending; ATC_IO, ATC_NO_SPACE, ATC_READ_ONLY
 */
export async function writeSignals(table: SignalTable, file: string): Promise<void> {
  const ending = extname(file).toLowerCase();
  if (ending === ".json") return replaceFile(file, signalJson(table));
  const { columns, values, length } = tableOf(table);
  if (ending === ".csv") return replaceFile(file, columnsToCsv({ columns, values, length }));
  if (ending !== ".arrow")
    throw new AtcError("ATC_INVALID_ARGUMENT", `"${file}" must end in ${signalFormats.join(", ")}`, {
      details: { file },
    });
  const arrays = columns.map(({ name, type }) => ({ name, type, values: values[name] as TypedArray }));
  return replaceFile(file, encodeArrow({ columns: arrays }));
}
