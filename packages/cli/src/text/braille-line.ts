/** Columns and rows of dots in a braille character, and the bit of each. */
const dotBits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

const firstBraille = 0x2800;

/** The lowest and highest value of each column of dots; NaN for a column without a value. */
export interface DotColumns {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Draws columns as lines of braille characters from top to bottom, each column joined to the one before it. */
export function brailleLines({ low, high }: DotColumns, rows: number, isLog: boolean): readonly string[] {
  const place = (value: number): number => (isLog ? Math.log(value) : value);
  const known = [...low, ...high].map(place).filter(Number.isFinite);
  const bottom = known.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const span = known.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY) - bottom;
  const dots = 4 * rows;
  /** The dot of a value from the top; the middle for a constant line. */
  const dotOf = (value: number): number =>
    span > 0 ? Math.round(((dots - 1) * (bottom + span - place(value))) / span) : Math.floor(dots / 2);
  const cells = Array.from({ length: rows }, () => new Uint8Array(Math.ceil(low.length / 2)));
  let lastTop = Number.NaN;
  let lastBottom = Number.NaN;
  for (const [column, value] of low.entries()) {
    let [from, to] = [dotOf(high[column] ?? Number.NaN), dotOf(value)];
    if (!Number.isFinite(from + to)) continue;
    // A gap to the column before would look like two lines.
    const [top, base] = [from, to];
    if (lastBottom < from - 1) from = lastBottom + 1;
    if (lastTop > to + 1) to = lastTop - 1;
    for (let dot = from; dot <= to; dot++) {
      const cell = cells[dot >> 2];
      const at = column >> 1;
      if (cell !== undefined) cell[at] = (cell[at] ?? 0) | (dotBits[dot & 3]?.[column & 1] ?? 0);
    }
    [lastTop, lastBottom] = [top, base];
  }
  return cells.map((cell) => Array.from(cell, (bits) => String.fromCharCode(firstBraille + bits)).join(""));
}
