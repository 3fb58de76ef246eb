/** The most characters of a name on the page; the data block has the whole name. */
const mostCharacters = 300;

// Control characters, zero-width and direction characters, separators of lines, halves of a pair, blank letters,
// and the two codes that no XML may hold.
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\ufffe\uffff]/gu;

/** A text with every character to be seen: U+202E instead of the character that turns the direction of a text. */
export function visibleText(text: string): string {
  return text.replace(hidden, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return `U+${code}`;
  });
}

/** A name as a visible text of at most {@link mostCharacters}; `(blank)` if there is nothing to be seen. */
export function shortText(text: string): string {
  const shown = visibleText(text);
  if (shown.trim() === "") return "(blank)";
  return shown.length > mostCharacters ? `${[...shown].slice(0, mostCharacters - 1).join("")}\u2026` : shown;
}
