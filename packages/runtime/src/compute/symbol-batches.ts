/** The most rows of a batch of several symbols. Series with more bars are stored in pieces. */
export const wholeBars = 500_000;

/**
 * Divides symbols into batches that are computed and stored together, so that thousands of short series do not make
 * thousands of files. A batch has at most `batchSize` symbols, and at most half a million rows to read unless it is a
 * single symbol.
 */
export function batchesOf<One extends { readonly rows: number }>(
  symbols: readonly One[],
  batchSize: number,
): readonly (readonly One[])[] {
  const batches: One[][] = [];
  let open: One[] = [];
  let rows = 0;
  for (const one of symbols) {
    if (open.length > 0 && (open.length >= batchSize || rows + one.rows > wholeBars)) {
      batches.push(open);
      open = [];
      rows = 0;
    }
    open.push(one);
    rows += one.rows;
  }
  return open.length > 0 ? [...batches, open] : batches;
}
