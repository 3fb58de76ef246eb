import { type CsvOptions, csv } from "../src/index.ts";
import { readSlice } from "../src/reading/slice-reader.ts";
import type { Read } from "./temporary-file.ts";

/** Symbols, times and numbers of a file, read in slices of about `length` bytes. */
export async function readSliced(
  path: string,
  length: number,
  options: CsvOptions = {},
): Promise<Pick<Read, "symbols" | "times" | "numbers"> & { readonly slices: number }> {
  await using source = await csv(path, options);
  const sliced = await source.slices?.({ length });
  if (sliced === undefined) throw new Error("it has no slices");
  const symbols: string[] = [];
  const times: bigint[] = [];
  const numbers: Record<string, number[]> = {};
  for (const [i, start] of sliced.starts.entries())
    for await (const { symbol, columns } of readSlice(JSON.parse(JSON.stringify(sliced.input)), {
      start,
      end: sliced.starts[i + 1] ?? sliced.end,
      line: 1,
    })) {
      for (const index of symbol.indices) symbols.push(symbol.values[index] ?? "?");
      for (const time of columns["timestamp"] as BigInt64Array) times.push(time);
      for (const [name, values] of Object.entries(columns))
        if (name !== "timestamp") numbers[name] = [...(numbers[name] ?? []), ...(values as Float64Array)];
    }
  return { symbols, times, numbers, slices: sliced.starts.length };
}
