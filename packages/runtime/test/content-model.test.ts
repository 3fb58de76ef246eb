import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Dataset, SeriesExtent } from "@atc/contract";
import { datasetContent } from "@atc/plugin-kit";
import fc from "fast-check";
import { expect, it } from "vitest";
import { appendFiles, ingestFile, openRuntime, type Runtime, resampleData } from "../src/index.ts";

const hour = 3_600_000;
const row = fc.record({
  symbol: fc.constantFrom("A", "B", "C"),
  at: fc.integer({ min: -20, max: 60 }),
  close: fc.integer({ min: 1, max: 4 }),
});
const rows = fc.array(row, { minLength: 1, maxLength: 25 });
const step = fc.oneof(
  fc.record({
    does: fc.constant("append" as const),
    rows,
    overlap: fc.constantFrom("restate" as const, "keep" as const),
  }),
  fc.record({ does: fc.constantFrom("compact" as const, "resample" as const, "verify" as const) }),
);

type Rows = typeof rows extends fc.Arbitrary<infer Value> ? Value : never;

/** The dataset as a plain map: `symbol time` to the close. */
type Model = Map<string, Rows[number]>;

function put(model: Model, added: Rows, overlap: "restate" | "keep"): void {
  const file = new Map(added.map((one) => [`${one.symbol} ${one.at}`, one]));
  for (const [key, one] of file) if (overlap === "restate" || !model.has(key)) model.set(key, one);
}

const csvOf = (list: Iterable<Rows[number]>): string =>
  `symbol,timestamp,close\n${[...list].map(({ symbol, at, close }) => `${symbol},${new Date(at * hour).toISOString()},${close}`).join("\n")}\n`;

/** The content of the rows as they are read, value by value. */
function contentOf({ manifest, series }: Dataset): string | undefined {
  const naive = (symbol: string): SeriesExtent => {
    const crcs = manifest.schema.columns.map(() => 0);
    let length = 0;
    for (const block of series(symbol).blocks({
      columns: manifest.schema.columns.map(({ name }) => name),
      blockLength: 3,
    }))
      for (let i = 0; i < block.length; i++, length++)
        for (const [place, { name }] of manifest.schema.columns.entries()) {
          const bytes = Buffer.alloc(8);
          if (place === 0) bytes.writeBigInt64LE(block.times()[i] as bigint);
          else bytes.writeDoubleLE(block.values(name)[i] as number);
          crcs[place] = crc32(bytes, crcs[place]);
        }
    return { symbol, rows: length, firstTime: 0n, lastTime: 0n, crc32: crcs };
  };
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  return datasetContent(
    manifest.schema,
    manifest.series.map(({ symbol }) => naive(symbol)),
    sha256,
  );
}

async function checked({ store }: Runtime, name: string): Promise<string | undefined> {
  using dataset = await store.open(name);
  expect(dataset.manifest.content).toBe(contentOf(dataset));
  expect((await store.verify?.(name))?.faults).toEqual([]);
  return dataset.manifest.content;
}

it("appends, compactions, resampling and verification keep the content of the rows", { timeout: 180_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.array(step, { minLength: 1, maxLength: 6 }), async (first, steps) => {
      const cwd = await mkdtemp(join(tmpdir(), "atc-content-model-"));
      try {
        await using runtime = await openRuntime({ cwd, env: {}, onWarning: () => undefined });
        const { store } = runtime;
        const file = join(cwd, "rows.csv");
        const model: Model = new Map();
        await writeFile(file, csvOf(first));
        await ingestFile(runtime, file, { name: "d" });
        put(model, first, "restate");
        for (const one of steps) {
          if (one.does === "append") {
            await writeFile(file, csvOf(one.rows));
            await appendFiles(runtime, "d", [file], { overlap: one.overlap });
            put(model, one.rows, one.overlap);
          }
          if (one.does === "compact") {
            await using lock = await store.lock("d");
            await store.compact?.(lock);
          }
          const content = await checked(runtime, "d");
          // The same rows, read at once: another dataset in another layout.
          await writeFile(join(cwd, "whole.csv"), csvOf(model.values()));
          await ingestFile(runtime, "whole.csv", { name: "whole" });
          expect(await checked(runtime, "whole")).toBe(content);
          if (one.does !== "resample") continue;
          const options = { bars: { to: "1d" }, name: "bars" } as const;
          // After an earlier step the dataset holds bars of "whole", which only `reread` replaces by those of other rows.
          await resampleData(runtime, "d", { ...options, reread: true });
          const bars = await checked(runtime, "bars");
          expect(await resampleData(runtime, "whole", options)).toMatchObject({ reused: true });
          const forced = await resampleData(runtime, "whole", { ...options, reread: true });
          expect(forced.manifest.content).toBe(bars);
        }
      } finally {
        await rm(cwd, { recursive: true, force: true });
      }
    }),
    { numRuns: 10 },
  );
});
