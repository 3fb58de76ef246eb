import { existsSync, readFileSync } from "node:fs";
import type { SignalConfig } from "@atc/contract";
import { columnNames, type SignalOutput, signalOutputs } from "../src/index.ts";

/** A series with every output, written by an independent implementation of the specification. */
export interface RecordedCase {
  readonly name: string;
  readonly config: Partial<SignalConfig>;
  readonly close: Float64Array;
  readonly source: Float64Array;
  readonly outputs: Readonly<Record<SignalOutput, Float64Array>>;
}

function readCase(folder: URL, name: string, config: Partial<SignalConfig>, rows: number): RecordedCase {
  const [header = "", ...lines] = readFileSync(new URL(`${name}.csv`, folder), "utf8")
    .trim()
    .split(/\r?\n/);
  if (lines.length !== rows) throw new Error(`${name}.csv has ${lines.length} rows, cases.json says ${rows}`);
  const names = header.split(",");
  const cells = lines.map((line) => line.split(","));
  function column(title: string): Float64Array {
    const index = names.indexOf(title);
    if (index < 0) throw new Error(`${name}.csv has no column ${title}`);
    return Float64Array.from(cells, (row) => Number(row[index]));
  }
  const outputs = Object.fromEntries(signalOutputs.map((output) => [output, column(columnNames[output])]));
  return {
    name,
    config,
    close: column("close"),
    source: column("source"),
    outputs: outputs as Record<SignalOutput, Float64Array>,
  };
}

/** Every case of a folder's cases.json; empty if the folder does not exist. */
export function readCases(folder: URL): readonly RecordedCase[] {
  const list = new URL("cases.json", folder);
  if (!existsSync(list)) return [];
  const cases = JSON.parse(readFileSync(list, "utf8")) as Record<
    string,
    { readonly rows: number; readonly config: Partial<SignalConfig> }
  >;
  return Object.entries(cases).map(([name, { rows, config }]) => readCase(folder, name, config, rows));
}
