import assert from "node:assert/strict";
import type {
  ColumnChunk,
  DataSource,
  SliceCounter,
  SliceCounts,
  SlicedSource,
  SliceEnd,
  SliceOptions,
  SliceReader,
} from "@atc/contract";

/** Lengths of slices in bytes: of many slices, of few and of one. */
const lengths = [5000, 70_000, Number.MAX_SAFE_INTEGER];

/** What the module of a sliced source exports. */
interface SliceModule {
  readonly readSlice: SliceReader;
  readonly countSlice?: SliceCounter;
}

/** Takes the chunks of a slice. */
type TakeChunk = (chunk: ColumnChunk) => void;

async function readSlice(
  module: SliceModule,
  sliced: SlicedSource,
  options: SliceOptions,
  take: TakeChunk,
): Promise<SliceEnd> {
  const chunks = module.readSlice(sliced.input, options);
  for (;;) {
    const step = await chunks.next();
    if (step.done === true) return step.value;
    take(step.value);
  }
}

/** Asserts that a count is that of the rows that were read, where it was made. */
function assertCounted(counts: SliceCounts | undefined, end: SliceEnd, rows: ReadonlyMap<string, number>): void {
  if (counts === undefined || end.badRows > 0) return;
  assert.equal(counts.position, end.position);
  assert.deepEqual(new Map(counts.symbols.map((symbol, s) => [symbol, counts.rows[s]])), rows);
}

/**
 * Asserts that the slices of a source, read one after the other, have the rows of the whole: `take` is given their chunks, and returns what all rows are once they have ended. A slice that
 * the one before it did not end at is read again from there. Counts are those of what is read.
 */
export async function assertSlices<Rows>(
  source: DataSource,
  whole: Rows,
  takeAll: () => { take: TakeChunk; rows(): Rows },
): Promise<void> {
  for (const length of lengths) {
    const sliced = await source.slices?.({ length });
    if (sliced === undefined) return;
    const module = (await import(sliced.module)) as SliceModule;
    const { take, rows } = takeAll();
    let { line } = sliced;
    let position = sliced.starts[0] as number;
    for (const [slice] of sliced.starts.entries()) {
      const options = { start: position, end: sliced.starts[slice + 1] ?? sliced.end, line };
      const found = new Map<string, number>();
      const end = await readSlice(module, sliced, options, (chunk) => {
        for (const index of chunk.symbol.indices) {
          const symbol = chunk.symbol.values[index] as string;
          found.set(symbol, (found.get(symbol) ?? 0) + 1);
        }
        take(chunk);
      });
      assertCounted(await module.countSlice?.(sliced.input, options), end, found);
      ({ position, line } = end);
    }
    assert.ok(position >= sliced.end, "the last slice ends where the source does");
    assert.deepEqual(rows(), whole);
  }
}
