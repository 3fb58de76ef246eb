import type { Bars } from "./bars.ts";
import type { Book } from "./book.ts";

/** Sorts symbols by the strength of their decisions, largest first, then by symbol. */
function sortByStrength(competitors: Int32Array, strength: Float64Array): void {
  competitors.sort((a, b) => Math.abs(strength[b]) - Math.abs(strength[a]) || a - b);
}

/**
 * Gives the free slots of a shared account to the strongest of the symbols that compete for them, and takes the want of
 * the others, by the specification, section 6.
 */
export function assignSlots(book: Book, bars: Bars): void {
  const { terms, positions, sheet } = book;
  let kept = book.heldCount;
  let count = 0;
  for (let i = 0; i < sheet.length; i++) {
    const s = bars.symbols[sheet.rows[i]];
    const isHeld = positions.quantity[s] !== 0;
    const asks = sheet.wants[s] !== 0 && sheet.notionals[s] > 0;
    const competes = asks && (!isHeld || sheet.due[s] === 1);
    if (competes) sheet.competitors[count++] = s;
    if (isHeld && (competes || !asks)) kept--;
  }
  const free = Math.max(0, terms.maxPositions - kept);
  if (count <= free) return;
  const competitors = sheet.competitors.subarray(0, count);
  sortByStrength(competitors, positions.strength);
  for (let i = free; i < count; i++) {
    sheet.wants[competitors[i]] = 0;
    sheet.notionals[competitors[i]] = 0;
  }
}
