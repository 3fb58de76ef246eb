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

/** Lengths of slices in bytes: for many slices, few, and one. */
const lengths = [5000, 70_000, Number.MAX_SAFE_INTEGER];

/** The exports of the module of a sliced source. */
interface SliceModule {
  readonly readSlice: SliceReader;
  readonly countSlice?: SliceCounter;
}

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

/** Asserts that a count, if there is one, matches the rows that were read. */
function assertCounted(counts: SliceCounts | undefined, end: SliceEnd, rows: ReadonlyMap<string, number>): void {
  if (counts === undefined || end.badRows > 0) return;
  assert.equal(counts.position, end.position);
  assert.deepEqual(new Map(counts.symbols.map((symbol, s) => [symbol, counts.rows[s]])), rows);
}

/**
 * Asserts that the slices of a source, read one after the other, have the rows of the whole. `takeAll` collects their
 * chunks. If the slice before ended elsewhere than planned, a slice starts from there. Counts match the rows that are
 * read.
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
    assert.ok(position >= sliced.end, "the last slice ends at the end of the source");
    assert.deepEqual(rows(), whole);
  }
}
