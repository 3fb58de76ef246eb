import type {
  ArrayStore,
  Dataset,
  DatasetManifest,
  DatasetPlan,
  DatasetWriter,
  JsonObject,
  PublishFacts,
  Series,
  SeriesColumns,
} from "@atc/contract";
import { AtcError } from "@atc/contract";
import { seriesOf } from "./rows.ts";

/** A dataset in memory. */
export function datasetOf(
  series: readonly Series[],
  { name = "rows", ...facts }: Partial<DatasetManifest> = {},
): Dataset {
  const [first] = series;
  const columns = first?.columns ?? [];
  const endOf = (one: Series, from: number): bigint => {
    for (const block of one.blocks({ columns: ["timestamp"], from, to: from + 1 })) return block.times()[0] as bigint;
    return 0n;
  };
  const manifest: DatasetManifest = {
    name,
    formatVersion: 1,
    generation: 1,
    schema: { kind: columns[0]?.type === "timestamp[ns]" ? "ticks" : "bars", columns },
    fingerprint: name,
    rows: series.reduce((sum, { length }) => sum + length, 0),
    bytes: 0,
    series: series.map((one) => ({
      symbol: one.symbol,
      rows: one.length,
      firstTime: endOf(one, 0),
      lastTime: endOf(one, one.length - 1),
    })),
    createdAt: 0,
    attributes: {},
    ...facts,
  };
  return {
    manifest,
    symbols: () => series.map(({ symbol }) => symbol),
    series(symbol) {
      const found = series.find((one) => one.symbol === symbol);
      if (found === undefined) throw new AtcError("ATC_NOT_FOUND", symbol);
      return found;
    },
    [Symbol.dispose]: () => undefined,
  };
}

/** A store in memory with what `resample` uses of it. */
export function memoryStore(): ArrayStore {
  const datasets = new Map<string, Dataset>();
  const unsupported = (): never => {
    throw new AtcError("ATC_UNSUPPORTED", "this store only creates datasets");
  };

  function writerOf(name: string, { schema, fingerprint, series }: DatasetPlan): DatasetWriter {
    const written = new Map(series.map(({ symbol }) => [symbol, new Map<string, (number | bigint)[]>()]));
    const seriesOfSymbol = (symbol: string, columns: Map<string, (number | bigint)[]>): Series => {
      const { timestamp = [], ...values } = Object.fromEntries(columns);
      const arrays = Object.entries(values).map(([column, list]) => [column, Float64Array.from(list, Number)] as const);
      const times = BigInt64Array.from(timestamp, BigInt);
      return { ...seriesOf("timestamp[ms]", times, Object.fromEntries(arrays)), symbol };
    };
    return {
      async write(symbol: string, _: number, columns: SeriesColumns) {
        const own = written.get(symbol) ?? new Map<string, (number | bigint)[]>();
        for (const [column, values] of Object.entries(columns))
          own.set(column, [...(own.get(column) ?? []), ...values]);
        await Promise.resolve();
      },
      async publish(attributes: JsonObject = {}, { timeIs }: PublishFacts = {}) {
        const dataset = datasetOf(
          [...written].map(([symbol, columns]) => seriesOfSymbol(symbol, columns)),
          { name, schema, fingerprint, attributes, ...(timeIs === "date" ? { timeIs } : {}) },
        );
        datasets.set(name, dataset);
        return await Promise.resolve(dataset.manifest);
      },
      abort: async () => await Promise.resolve(),
      [Symbol.asyncDispose]: async () => await Promise.resolve(),
    };
  }

  return {
    lock: async (name) =>
      await Promise.resolve({ name, scratch: undefined, [Symbol.asyncDispose]: async () => await Promise.resolve() }),
    create: async ({ name }, plan) => await Promise.resolve(writerOf(name, plan)),
    find: async (name) => await Promise.resolve(datasets.get(name)?.manifest),
    open: async (name) => await Promise.resolve(datasets.get(name) ?? unsupported()),
    list: async () => await Promise.resolve([...datasets.keys()]),
    delete: async (name) => await Promise.resolve(datasets.delete(name)),
    [Symbol.asyncDispose]: async () => await Promise.resolve(),
  };
}
