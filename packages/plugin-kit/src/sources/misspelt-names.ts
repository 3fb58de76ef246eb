import { aliasForm, columnAliases, type SourceColumn } from "./column-aliases.ts";
import type { MatchedColumns } from "./column-names.ts";
import { isAdjustedClose } from "./price-adjustment.ts";

/** The columns whose absence changes no refusal, so that a typing error in their name would stay unseen. */
const optional: readonly SourceColumn[] = ["open", "high", "low", "volume"];

/** Whether two texts differ by one typing error: a letter too many, too few, another one, or two neighbours swapped. */
function isTypo(text: string, name: string): boolean {
  let start = 0;
  while (start < name.length && text[start] === name[start]) start++;
  const rest = (word: string, from: number): string => word.slice(from);
  const [a, b] = [rest(text, start), rest(name, start)];
  if (a === "" && b === "") return false;
  if (a === rest(b, 1) || rest(a, 1) === b) return true;
  if (a[0] === b[1] && a[1] === b[0] && rest(a, 2) === rest(b, 2)) return true;
  // One other letter makes another word of a short name: "lot" is not "low".
  return name.length > 3 && start > 0 && rest(a, 1) === rest(b, 1);
}

/** A text as an argument of a shell. */
function quoted(text: string): string {
  return /^[\w=.]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Notes that ask about names that are one typing error away from those of a column that a source lacks: open, high,
 * low, volume or an adjusted close.
 */
export function misspeltNotes(names: readonly string[], matched: MatchedColumns): readonly string[] {
  const { numbers, symbol, timestamp, clock, quotes = [] } = matched;
  const known = new Set(Object.values(columnAliases).flat());
  const found = new Set([...numbers, ...quotes].map(({ name }) => name));
  const used = new Set([symbol, timestamp, clock, ...numbers.map(({ position }) => position)]);
  const missing = optional.filter((name) => !found.has(name));
  const hasAdjusted = names.some(isAdjustedClose);
  return names.flatMap((given, position) => {
    const name = given.trim();
    const form = aliasForm(name);
    if (used.has(position) || known.has(form) || isAdjustedClose(name)) return [];
    const meant = missing.find((column) => isTypo(form, column));
    if (meant !== undefined)
      return [
        `is the column "${name}" meant as "${meant}"? ${/[,"]/.test(name) ? "rename it" : `--columns ${quoted(`${meant}=${name}`)}`}`,
      ];
    const letters = form.replaceAll(/[^a-z]/g, "");
    const isAdjusted = !hasAdjusted && (isTypo(letters, "adjclose") || isTypo(letters, "adjustedclose"));
    return isAdjusted ? [`is the column "${name}" meant as "Adj Close"? rename it, so that --adjust finds it`] : [];
  });
}
