import type { ReportResult } from "../data/report-result.ts";
import { html, type Markup } from "../markup/markup.ts";
import { decimalText } from "../text/number-text.ts";
import { shortText } from "../text/visible-text.ts";

/** Above this, the list is folded. */
const mostOpen = 3;
/** The most lines of a list. */
const mostLines = 100;

function names(symbols: readonly string[]): string {
  const shown = symbols.slice(0, 3).map(shortText).join(", ");
  return symbols.length <= 4
    ? symbols.map(shortText).join(", ")
    : `${shown} and ${decimalText(symbols.length - 3)} more`;
}

/** Texts with the symbols that share each of them. */
function grouped(rows: readonly (readonly [symbol: string, text: string])[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const [symbol, text] of rows) {
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [symbol]);
    else group.push(symbol);
  }
  return [...groups].map(([text, symbols]) => `${names(symbols)}: ${text}`);
}

/** What a reader has to know: warnings of accounts, skipped symbols, notes about the data. */
export function warningTexts(result: ReportResult): readonly string[] {
  const { portfolio, symbols, contributions = [], skipped, notes } = result;
  return [
    ...(portfolio === null ? [] : portfolio.warnings),
    ...grouped(
      [...symbols, ...contributions].flatMap(({ symbol, warnings }) => warnings.map((text) => [symbol, text] as const)),
    ),
    ...grouped(skipped.map(({ symbol, reason }) => [symbol, `skipped: ${reason}`] as const)),
    ...notes.map(({ text }) => text),
  ];
}

/** `1 thing to know`. */
export function thingsToKnow(count: number): string {
  return count === 1 ? "1 thing to know" : `${decimalText(count)} things to know`;
}

/** The box of warnings; undefined without any. */
export function warnings(result: ReportResult): Markup | undefined {
  const texts = warningTexts(result);
  if (texts.length === 0) return undefined;
  const shown = texts.slice(0, mostLines).map((text) => html`<li>${shortText(text)}</li>`);
  const rest = texts.length - shown.length;
  return html`<details class="warnings"${texts.length <= mostOpen ? html` open` : undefined}><summary>${thingsToKnow(texts.length)}</summary><ul>${shown}${
    rest > 0 ? html`<li>and ${decimalText(rest)} more in the JSON</li>` : undefined
  }</ul></details>`;
}
