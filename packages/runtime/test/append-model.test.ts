import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { appendFiles, ingestFile, openRuntime, type Runtime } from "../src/index.ts";

const day = 86_400_000;
const row = fc.record({
  symbol: fc.constantFrom("A", "B", "C"),
  day: fc.integer({ min: -3, max: 8 }),
  close: fc.integer({ min: 1, max: 4 }),
});
const batch = fc.array(row, { minLength: 1, maxLength: 12 });
const step = fc.record({
  rows: batch,
  overlap: fc.constantFrom("restate" as const, "keep" as const),
  compacts: fc.boolean(),
});

type Rows = typeof batch extends fc.Arbitrary<infer Value> ? Value : never;

/** The dataset as a plain map: `symbol time` to close. */
type Model = Map<string, number>;

/** Rows of a file, the later of one time for the earlier, then put into the model as the policy says. */
function append(model: Model, rows: Rows, overlap: "restate" | "keep"): void {
  const file = new Map(rows.map(({ symbol, day: at, close }) => [`${symbol} ${at * day}`, close]));
  for (const [key, close] of file) if (overlap === "restate" || !model.has(key)) model.set(key, close);
}

const csvOf = (rows: Rows): string =>
  `symbol,timestamp,close\n${rows.map(({ symbol, day: at, close }) => `${symbol},${new Date(at * day).toISOString()},${close}`).join("\n")}\n`;

async function stored({ store }: Runtime): Promise<Record<string, number>> {
  using dataset = await store.open("d");
  const found: Record<string, number> = {};
  for (const symbol of dataset.symbols())
    for (const block of dataset.series(symbol).blocks({ columns: ["timestamp", "close"] }))
      for (let i = 0; i < block.length; i++)
        found[`${symbol} ${block.times()[i]}`] = block.values("close")[i] as number;
  return found;
}

it("appends in any number and order give what the rule says, compacted or not", async () => {
  await fc.assert(
    fc.asyncProperty(batch, fc.array(step, { maxLength: 5 }), async (first, steps) => {
      const cwd = await mkdtemp(join(tmpdir(), "atc-append-"));
      try {
        await using runtime = await openRuntime({ cwd, env: {} });
        const model: Model = new Map();
        const file = join(cwd, "rows.csv");
        await writeFile(file, csvOf(first));
        await ingestFile(runtime, file, { name: "d" });
        append(model, first, "restate");
        for (const { rows, overlap, compacts } of steps) {
          await writeFile(file, csvOf(rows));
          const before = new Map(model);
          append(model, rows, overlap);
          const { changed, manifest } = await appendFiles(runtime, "d", [file], { overlap });
          expect(await stored(runtime)).toEqual(Object.fromEntries(model));
          expect(manifest.rows).toBe(model.size);
          expect(changed).toBe([...model].some(([key, close]) => before.get(key) !== close));
          if (!compacts) continue;
          await using lock = await runtime.store.lock("d");
          await runtime.store.compact?.(lock);
        }
        expect((await runtime.store.verify?.("d"))?.faults).toEqual([]);
        expect(await stored(runtime)).toEqual(Object.fromEntries(model));
      } finally {
        await rm(cwd, { recursive: true, force: true });
      }
    }),
    { numRuns: 12 },
  );
});
