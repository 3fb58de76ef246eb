/** Edits (insert, delete, replace, swap of neighbours) that turn one text into the other. */
function distance(a: string, b: string): number {
  const rows: number[][] = [];
  for (let i = 0; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      if (i === 0) {
        row.push(j);
        continue;
      }
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(
        (rows[i - 1]?.[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (rows[i - 1]?.[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/** The most edits of a mistyped word: more make another word of a short one, such as "low" of "foo". */
function mostEdits(length: number): number {
  if (length < 6) return length < 2 ? 0 : 1;
  return Math.max(2, Math.floor(length / 3));
}

/**
 * The candidate most similar to `text` in edit distance, without regard to case; undefined if none is similar enough:
 * up to 5 characters differ in one edit, longer texts in a third of their characters. For messages that ask "did you
 * mean".
 */
export function nearest(text: string, candidates: Iterable<string>): string | undefined {
  const wanted = text.toLowerCase().slice(0, 64);
  let best: string | undefined;
  let bestDistance = mostEdits(wanted.length) + 1;
  for (const candidate of candidates) {
    const edits = distance(wanted, candidate.toLowerCase().slice(0, 64));
    if (edits < bestDistance) {
      best = candidate;
      bestDistance = edits;
    }
  }
  return best;
}
