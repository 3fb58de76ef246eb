import { visibleText } from "../text/visible-text.ts";

/** JSON cannot have a member of this name, so no value of a data block is taken for markup. */
const made: unique symbol = Symbol("markup");

/** HTML that is safe to insert as it is. */
export interface Markup {
  readonly [made]: string;
}

/** What a template accepts: text is escaped, undefined is left out. */
export type MarkupValue = Markup | string | number | undefined | readonly MarkupValue[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text for an element or a quoted attribute; characters that are not to be seen are shown as their code. */
export function escaped(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

function markupOf(value: MarkupValue): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return value === "" ? "" : escaped(value);
  return made in value ? value[made] : value.map(markupOf).join("");
}

/** Builds HTML from a template; every text in it is escaped. */
export function html(texts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  const markup = texts.map((text, i) => text + (i < values.length ? markupOf(values[i]) : "")).join("");
  return { [made]: markup };
}

/** The HTML. */
export function markupText(markup: Markup): string {
  return markup[made];
}
