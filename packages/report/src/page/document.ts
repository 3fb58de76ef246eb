import { createHash } from "node:crypto";
import { escaped, html, type Markup, markupText } from "../markup/markup.ts";
import { readAssets } from "./assets.ts";

/** A section with its name in the header; without content, it is left out. */
export type PageSection = readonly [name: string, id: string, content: Markup | undefined];

/** The parts of a page. */
export interface PageParts {
  readonly title: string;
  readonly sections: readonly PageSection[];
  /** The archive of the data block. */
  readonly block: Uint8Array;
}

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Nothing is loaded, sent or framed; only the texts with these hashes run. */
function securityPolicy(scripts: readonly string[], style: string): string {
  return [
    "default-src 'none'",
    `script-src ${scripts.map(hashOf).join(" ")}`,
    `style-src ${hashOf(style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

function header(sections: readonly PageSection[]): Markup {
  const links = sections.filter(([name, , content]) => name !== "" && content !== undefined);
  return html`<a class="skip" href="#summary">Skip to the summary</a><header><span class="brand">ATC report</span><nav aria-label="Sections">${links.map(
    ([name, id]) => html`<a href="#${id}">${name}</a>`,
  )}</nav><div class="scripted tools"><button type="button" id="theme">Dark</button><button type="button" id="print">Print</button></div></header>`;
}

function footer(notices: string): Markup {
  return html`<footer><p>Made by <b>atc</b>. This file makes no request. Past results do not promise future ones.</p><details><summary>Notices of the libraries in this file</summary><pre tabindex="0">${notices.split("\n").map((line) => html`${line}\n`)}</pre></details></footer>`;
}

/** The whole page, in pieces. */
export function documentPieces({ title, sections, block }: PageParts): readonly string[] {
  const { script, theme, style, notices } = readAssets();
  const body = html`${header(sections)}<main>${sections.map(([, , content]) => content)}</main>${footer(notices)}`;
  const head = [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    `<meta http-equiv="Content-Security-Policy" content="${securityPolicy([theme, script], style)}">\n`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n',
    '<link rel="icon" href="data:,">\n',
    `<title>${escaped(title)}</title>\n<script>${theme}</script>\n<style>${style}</style>\n</head>\n`,
  ];
  return [
    ...head,
    `<body>\n${markupText(body)}\n`,
    '<script type="application/octet-stream" id="atc-data">',
    Buffer.from(block.buffer, block.byteOffset, block.byteLength).toString("base64"),
    `</script>\n<script>${script}</script>\n</body>\n</html>\n`,
  ];
}
