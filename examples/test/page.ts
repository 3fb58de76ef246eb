import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CodeBlock, codeBlocks } from "./code-block.ts";
import { packageFolders, root } from "./repository.ts";

/** A page of documentation with code in it. */
export interface Page {
  /** Its path from the root. */
  readonly name: string;
  /** The blocks to run, in the page's order. */
  readonly blocks: readonly CodeBlock[];
}

/** Languages of drawings and output, which are not run. */
const texts: readonly string[] = ["", "text"];

function candidates(): readonly string[] {
  const folders = (["packages", "examples"] as const).flatMap((parent) => [
    parent,
    ...packageFolders(parent).map((folder) => folder.slice(root.length)),
  ]);
  return [
    "README.md",
    "docs/strategies.md",
    "docs/writing-a-plugin.md",
    ...folders.map((folder) => join(folder, "README.md")),
  ];
}

function read(names: readonly string[]): readonly Page[] {
  return names
    .filter((name) => existsSync(join(root, name)))
    .map((name) => {
      const blocks = codeBlocks(readFileSync(join(root, name), "utf8"));
      return { name, blocks: blocks.filter(({ language }) => !texts.includes(language)) };
    })
    .filter(({ blocks }) => blocks.length > 0);
}

/**
 * Every README, docs/strategies.md and docs/writing-a-plugin.md. Packages test the pages of their formats and keys
 * themselves.
 */
export const pages: readonly Page[] = read(candidates());

/** {@link pages}, and the other pages of `docs`. */
export const allPages: readonly Page[] = [
  ...pages,
  ...read(
    readdirSync(join(root, "docs"))
      .map((name) => `docs/${name}`)
      .filter((name) => name.endsWith(".md") && !candidates().includes(name)),
  ),
];
