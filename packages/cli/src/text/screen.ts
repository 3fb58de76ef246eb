import { printableText } from "@atc/plugin-kit";

/** What text for people is fitted to: the columns of a terminal, and whether it shows colour. */
export interface Screen {
  /** Columns of the terminal; undefined if the text may be of any width. */
  readonly width: number | undefined;
  readonly color: boolean;
}

/** No terminal: full width, no colour. */
export const plainScreen: Screen = { width: undefined, color: false };

interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** A terminal narrower than this is treated as this wide, because no table fits it. */
const leastWidth = 40;

/** Whether a stream shows colour: FORCE_COLOR decides, then NO_COLOR, then whether it is a terminal. */
function showsColor(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  return isTerminal && env["TERM"] !== "dumb";
}

/**
 * The screen behind a stream. The variable COLUMNS sets the width; otherwise a terminal has its own, and anything else,
 * such as a file or a pipe, has no limit.
 */
export function screenOf(stream: object, env: Readonly<Record<string, string | undefined>>): Screen {
  const { isTTY = false, columns } = stream as TerminalStream;
  const set = /^\d+$/.test(env["COLUMNS"] ?? "") ? Number(env["COLUMNS"]) : 0;
  const width = set > 0 ? set : isTTY ? columns : undefined;
  return {
    width: width === undefined || width <= 0 ? undefined : Math.max(leastWidth, width),
    color: showsColor(isTTY, env),
  };
}

const styles = { negative: 31, warning: 33, heading: 1 } as const;

const ownStyles = new RegExp(`(\u001b\\[(?:0|${Object.values(styles).join("|")})m)`);

/** A text with the styles of {@link painted} alone: every other control character is replaced. */
export function shownText(text: string, { color }: Pick<Screen, "color">): string {
  if (!color) return printableText(text);
  const parts = text.split(ownStyles);
  return parts.map((part, i) => (i % 2 === 1 ? part : printableText(part))).join("");
}

/** Styles a text if the screen shows colour. The text must not contain control characters. */
export function painted(text: string, style: keyof typeof styles, { color }: Pick<Screen, "color">): string {
  return color && text.trim() !== "" ? `\u001b[${styles[style]}m${text}\u001b[0m` : text;
}

/**
 * Whether a stream shows braille and block characters without being asked: a terminal, unless TERM names one without
 * such a font, or the locale has another encoding than UTF-8. A locale that is not set says nothing.
 */
export function showsCharts(stream: object, env: Readonly<Record<string, string | undefined>>): boolean {
  const { isTTY = false } = stream as TerminalStream;
  if (!isTTY || env["TERM"] === "dumb" || env["TERM"] === "linux") return false;
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find((one) => one !== undefined && one !== "");
  return locale === undefined || /utf-?8/i.test(locale);
}
