/** Neighbouring numbers whose rows are few together; one alone where it has many. */
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
