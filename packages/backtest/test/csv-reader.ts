import { readFileSync } from "node:fs";
import type { MemoryColumns } from "../src/index.ts";

const signalKeys = ["dialect", "lambda", "cutout", "robustness"];

function timeOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Date.parse(text);
}

/**
 * The columns of each symbol of a plain CSV file: one header, commas, no quotes; a `price` is a close, columns of text
 * are left out.
 */
export function readBars(file: URL): Record<string, MemoryColumns> {
  const [header = "", ...lines] = readFileSync(file, "utf8").trimEnd().split("\n");
  const names = header.split(",");
  const rows = new Map<string, string[][]>();
  for (const line of lines) {
    const fields = line.split(",");
    const symbol = fields[names.indexOf("symbol")] ?? "";
    const known = rows.get(symbol);
    if (known === undefined) rows.set(symbol, [fields]);
    else known.push(fields);
  }
  const numeric = names.filter((name) => ["open", "high", "low", "close", "volume", "price", "size"].includes(name));
  const columnsOf = (own: readonly string[][]): MemoryColumns => ({
    timestamp: own.map((fields) => timeOf(fields[names.indexOf("timestamp")] ?? "")),
    ...Object.fromEntries(
      numeric.map((name) => [
        name === "price" ? "close" : name,
        own.map((fields) => Number(fields[names.indexOf(name)])),
      ]),
    ),
  });
  return Object.fromEntries([...rows].map(([symbol, own]) => [symbol, columnsOf(own)]));
}

/** Divides a configuration as an expected result states it into that of the signals and that of the backtest. */
export function divide(config: Record<string, unknown>): {
  signals: Record<string, unknown>;
  config: Record<string, unknown>;
} {
  const entries = Object.entries(config);
  return {
    signals: Object.fromEntries(entries.filter(([key]) => signalKeys.includes(key))),
    config: Object.fromEntries(entries.filter(([key]) => !signalKeys.includes(key))),
  };
}
