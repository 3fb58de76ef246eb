const decimal = /^[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?$/i;

/** The number that a text holds, with underscores between digits as in Python; undefined if it is not one. */
export function decimalOf(text: string): number | undefined {
  const trimmed = text.trim();
  return decimal.test(trimmed) ? Number(trimmed.replaceAll("_", "")) : undefined;
}
