import type { TextRun } from "../markup/text-runs.ts";

/** How a text is set: its size in px, and whether it is bold. */
export interface TextStyle {
  readonly size: number;
  readonly isBold?: boolean;
}

const thin = /[ .,:;'|!ijlI\u00a0\u00b7]/u;
const narrow = /[tfr()[\]/-]/u;
const broad = /[mwMW%@\u2026\u2013\u00d7]/u;
// East Asian letters, symbols and emoji.
const full = /[\u1100-\u11ff\u2e80-\uffef\u{1f000}-\u{3ffff}]/u;

/** The width of a letter in ems, rounded up to that of DejaVu Sans, which is wider than Arial. */
function letterWidth(letter: string): number {
  if (thin.test(letter)) return 0.33;
  if (narrow.test(letter)) return 0.41;
  if (full.test(letter)) return 1.05;
  if (broad.test(letter)) return 0.98;
  return /[A-Z+\u2212]/.test(letter) ? 0.74 : 0.62;
}

/** The most px that a text takes. No font is read: the one that shows the text is known to the renderer only. */
function textWidth(text: string, { size, isBold = false }: TextStyle): number {
  let ems = 0;
  for (const letter of text) ems += letterWidth(letter);
  return ems * size * (isBold ? 1.1 : 1);
}

/** A text that fits `width`: as it is, or cut with an ellipsis. */
export function cutToWidth(text: string, width: number, style: TextStyle): string {
  if (textWidth(text, style) <= width) return text;
  const letters = [...text];
  while (letters.length > 0 && textWidth(`${letters.join("")}\u2026`, style) > width) letters.pop();
  return `${letters.join("")}\u2026`;
}

/** The size at which a text fits `width`, between `least` and the size of the style. */
export function fittingSize(text: string, width: number, style: TextStyle, least: number): number {
  const size = (style.size * width) / Math.max(1, textWidth(text, style));
  return Math.max(least, Math.min(style.size, Math.floor(2 * size) / 2));
}

/** The most letters of a name in a sentence. */
const mostNameLetters = 32;

function shortName(run: TextRun): TextRun {
  const letters = [...run.text];
  if (run.kind !== "name" || letters.length <= mostNameLetters) return run;
  return { ...run, text: `${letters.slice(0, mostNameLetters - 1).join("")}\u2026` };
}

/** The words of runs, each with the space before it. */
function wordsOf(runs: readonly TextRun[]): readonly TextRun[] {
  return runs
    .filter(({ kind }) => kind !== "pointer")
    .map(shortName)
    .flatMap(({ text, ...rest }) => (text.match(/ *[^ ]+| +$/g) ?? []).map((word) => ({ ...rest, text: word })));
}

/**
 * Breaks a sentence into lines of at most `width`, at spaces. What does not fit into `mostLines` is cut, and an
 * ellipsis says so.
 */
export function wrapRuns(
  runs: readonly TextRun[],
  { width, mostLines, style }: { readonly width: number; readonly mostLines: number; readonly style: TextStyle },
): readonly (readonly TextRun[])[] {
  const lines: TextRun[][] = [[]];
  let used = 0;
  for (const word of wordsOf(runs)) {
    const line = lines[lines.length - 1];
    const size = textWidth(word.text, { ...style, isBold: style.isBold === true || word.kind !== undefined });
    if (used + size <= width || line.length === 0 || !word.text.startsWith(" ")) {
      line.push({ ...word, text: line.length === 0 ? word.text.trimStart() : word.text });
      used += size;
    } else if (lines.length === mostLines) {
      line.push({ text: "\u2026" });
      return lines;
    } else {
      lines.push([{ ...word, text: word.text.trimStart() }]);
      used = size;
    }
  }
  return lines;
}
