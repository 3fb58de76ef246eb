/** The most characters of a name that a table or a sentence shows; JSON has the whole name. */
const mostCharacters = 300;
const longWord = new RegExp(`\\S{${mostCharacters + 1},}`, "gu");

/** A text whose longest words are cut, so that a name cannot fill a terminal. */
export function shortened(text: string): string {
  return text.length <= mostCharacters
    ? text
    : text.replace(longWord, (word) => `${[...word].slice(0, mostCharacters - 1).join("")}\u2026`);
}
