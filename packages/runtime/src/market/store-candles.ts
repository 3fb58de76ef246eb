import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type {
  ArrayStore,
  DatasetLock,
  DatasetManifest,
  DatasetPlan,
  DatasetSchema,
  JsonObject,
  OperationOptions,
} from "@atc/contract";
import { createPacer } from "@atc/plugin-kit";
import { candleColumnNames } from "./candle-file.ts";
import type { CandleStage } from "./candle-stage.ts";
import type { SymbolFetch } from "./fetched-symbols.ts";

const schema: DatasetSchema = {
  kind: "bars",
  columns: candleColumnNames.map((name) => ({ name, type: name === "timestamp" ? "timestamp[ms]" : "float64" })),
};

/** A hash of the staged rows of each symbol that does not depend on their division into pages. */
async function fingerprintOf(stage: CandleStage, fetched: readonly SymbolFetch[]): Promise<string> {
  const hash = createHash("sha256");
  for (const { symbol, rows } of fetched) {
    await using file = await stage.open(symbol);
    const sums = candleColumnNames.map(() => 0);
    for await (const columns of file.pages())
      candleColumnNames.forEach((name, i) => {
        const { buffer, byteOffset, byteLength } = columns[name];
        sums[i] = crc32(new Uint8Array(buffer, byteOffset, byteLength), sums[i]);
      });
    hash.update(JSON.stringify([symbol, rows, sums]));
  }
  return hash.digest("hex");
}

/** Staged candles as a dataset of `store`. */
export interface StagedCandles {
  readonly stage: CandleStage;
  /** The symbols; those without a row are left out. */
  readonly fetched: readonly SymbolFetch[];
  readonly attributes: JsonObject;
}

/** Writes staged candles as a dataset. ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO, ATC_ABORTED. */
export async function storeCandles(
  store: ArrayStore,
  lock: DatasetLock,
  { stage, fetched, attributes }: StagedCandles,
  options: OperationOptions,
): Promise<DatasetManifest> {
  const series = fetched.filter(({ rows }) => rows > 0);
  const plan: DatasetPlan = { schema, fingerprint: await fingerprintOf(stage, series), series };
  const total = series.reduce((sum, { rows }) => sum + rows, 0);
  const pacer = createPacer(options);
  let done = 0;
  await using writer = await store.create(lock, plan);
  for (const { symbol } of series) {
    await using file = await stage.open(symbol);
    let row = 0;
    for await (const columns of file.pages()) {
      await writer.write(symbol, row, { ...columns });
      row += columns.timestamp.length;
      done += columns.timestamp.length;
      pacer.report({ phase: "writing", done, total, unit: "rows" });
      await pacer.pause();
    }
  }
  pacer.flush();
  return await writer.publish(attributes);
}
