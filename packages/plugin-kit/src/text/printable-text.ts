/**
 * Characters that control a terminal or an editor: C0 except tab and newline, DEL, C1, and those that reverse or hide
 * text (the Unicode categories Cf, Zl, Zp). The joiners U+200C and U+200D stay, because scripts and emoji need them.
 */
const controls = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Replaces each control character by `?`, so that data cannot move the cursor, set a title or reverse text. Newlines
 * and tabs stay. For text that people read, not programs.
 */
export function printableText(text: string): string {
  return text.replace(controls, "?");
}

/** Like {@link printableText}, but replaces newlines and tabs too. */
export function printableLine(text: string): string {
  return printableText(text).replace(/[\t\n]/g, "?");
}

/**
 * A JSON text with {@link printableText}'s characters escaped, so that it is shown as it is written and parses to the
 * same value.
 */
export function printableJson(json: string): string {
  // Most JSON is plain ASCII, which is found in a fifth of the time.
  if (!/[^ -~\n\t]/.test(json)) return json;
  return json.replace(controls, (character) =>
    Array.from({ length: character.length }, (_, i) => escaped(character.charCodeAt(i))).join(""),
  );
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
