import type { ArrayStore, Dataset } from "@atc/contract";
import type { ResampleDatasetOptions, ResampleOptions, ResampleResult } from "../src/index.ts";
import { resample } from "../src/index.ts";
import { memoryStore } from "./memory-store.ts";
import type { Bar, Row } from "./rows.ts";

/** Bars of the first symbol of a result, and what was said of them. */
export interface Made extends ResampleResult {
  readonly dataset: Dataset;
  readonly bars: readonly Bar[];
}

/** Resamples a dataset into a store and reads the bars of its first symbol. */
export async function made(
  dataset: Dataset,
  options: ResampleOptions & Partial<ResampleDatasetOptions>,
  store: ArrayStore = memoryStore(),
): Promise<Made> {
  const name = options.name ?? "bars";
  const result = await resample(dataset, store, { ...options, name });
  const written = await store.open(name);
  return { ...result, dataset: written, bars: barsIn(written) };
}

function barsIn(dataset: Dataset): readonly Bar[] {
  const series = dataset.series(dataset.symbols()[0] ?? "");
  const names = series.columns.map(({ name }) => name);
  const bars: Bar[] = [];
  for (const block of series.blocks({ columns: names }))
    for (let i = 0; i < block.length; i++) {
      const at = (name: string): number => block.values(name)[i] as number;
      bars.push({
        time: Number(block.times()[i]),
        open: at("open"),
        high: at("high"),
        low: at("low"),
        close: at("close"),
        volume: at("volume"),
        count: at("count"),
      });
    }
  return bars;
}

/** Rows at some times, each with prices of its own. */
export function rowsAt(times: readonly number[]): Row[] {
  return times.map((time, i) => ({
    time: BigInt(time),
    open: i,
    high: i + 0.5,
    low: i - 0.5,
    close: i + 0.25,
    volume: 1,
  }));
}

/** Times in equal steps. */
export function steps(start: string | number, step: number, count: number): number[] {
  const first = typeof start === "number" ? start : Date.parse(start);
  return Array.from({ length: count }, (_, i) => first + i * step);
}

/** The day of a time, such as 2024-01-08. */
export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
