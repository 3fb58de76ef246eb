/**
 * Cuts `length` items into batches of neighbours with at most `mostRows` rows together. An item with more is a batch
 * of its own.
 */
export function* batches(
  length: number,
  rowsOf: (at: number) => number,
  mostRows: number,
): Generator<{ readonly from: number; readonly to: number }> {
  for (let from = 0; from < length; ) {
    let to = from + 1;
    let rows = rowsOf(from);
    while (to < length && rows + rowsOf(to) <= mostRows) rows += rowsOf(to++);
    yield { from, to };
    from = to;
  }
}
