/**
 * Controls that a terminal or an editor obeys: C0 but tab and newline, DEL, C1; what reverses or hides text (the Unicode categories Cf, Zl, Zp). The two
 * joiners U+200C and U+200D stay: scripts and emoji need them, and they move nothing.
 */
const obeyed = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A text as people may see it: each control character is a `?`, so that data cannot move the cursor, set a title or turn text around. Newlines and tabs
 * stay. Not for data that programs read.
 */
export function printableText(text: string): string {
  return text.replace(obeyed, "?");
}

/** As {@link printableText}, for a text that stands in one line: newlines and tabs are replaced too. */
export function printableLine(text: string): string {
  return printableText(text).replace(/[\t\n]/g, "?");
}
