/** A fenced block of code in a page. */
export interface CodeBlock {
  /** The word after the fence; empty if there is none. */
  readonly language: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
  /** The code; each line ends in a line feed. */
  readonly code: string;
}

/** The fenced blocks of a Markdown page. The indentation of a fence is removed from its lines. */
export function codeBlocks(page: string): readonly CodeBlock[] {
  return [...page.matchAll(/^( *)```(\S*)\n(.*?)^ *```$/gms)].map(
    ({ 1: indentation = "", 2: language = "", 3: code = "", index }) => ({
      language,
      line: page.slice(0, index).split("\n").length,
      code: code.replaceAll(new RegExp(`^${indentation}`, "gm"), ""),
    }),
  );
}
