import { writeFileSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { pythonFor, runBlock, runProgram } from "./block-runner.ts";
import { node } from "./child-process.ts";
import { allPages, pages } from "./page.ts";
import { type ReaderProject, readerProject } from "./reader-project.ts";
import { bin, packageJson, root } from "./repository.ts";
import { checkTypes } from "./type-check.ts";

/** Files that a page needs in its project in addition to `bars.csv`. */
const preparations: Readonly<Record<string, (project: string) => Promise<unknown>>> = {
  async "README.md"(project) {
    await mkdir(join(project, "examples"));
    await copyFile(join(root, "examples/bars.csv"), join(project, "examples/bars.csv"));
  },
  "packages/source-zip/README.md": (project) =>
    copyFile(join(root, "packages/source-zip/test/fixtures/spy.zip"), join(project, "spy.zip")),
  async "packages/backtest-kit/README.md"(project) {
    const code =
      'import { minutes } from "./minutes.js"; console.log(minutes(2).map((row) => row.join()).join("\\n"));';
    const rows = await runProgram(node, ["--input-type=module", "-e", code], join(root, "examples/backtest-kit"));
    writeFileSync(join(project, "minutes.csv"), `timestamp,open,high,low,close,volume\n${rows}`);
    const names = ["--name", "minutes", "--csv-symbol", "BTCUSDT"];
    return await runProgram(node, [bin, "ingest", "minutes.csv", ...names], project);
  },
};

// All blocks of a page run in one project, in the page's order, so that a block can use the files of earlier ones.
describe.each(pages.map((page) => [page.name, page.blocks] as const))("%s", (name, blocks) => {
  let project: ReaderProject | undefined;
  afterAll(() => project?.[Symbol.dispose]());
  for (const block of blocks) {
    const { language, line, code } = block;
    const missing = language === "python" && pythonFor(code) === undefined;
    const title = `${name}:${line} (${language}) runs${missing ? " (needs a Python with what it imports)" : ""}`;
    it.skipIf(missing)(title, { timeout: 120_000 }, async () => {
      if (project === undefined) {
        project = readerProject();
        await preparations[name]?.(project.path);
      }
      await runBlock(block, project.path, name);
    });
  }
});

it("docs/writing-a-plugin.md shows the package.json of examples/custom-codec", () => {
  const shown = pages
    .find(({ name }) => name === "docs/writing-a-plugin.md")
    ?.blocks.find(({ language }) => language === "json");
  expect(packageJson(join(root, "examples/custom-codec"))).toMatchObject(JSON.parse(shown?.code ?? ""));
});

/** What `tsc --init` writes, without `skipLibCheck`. */
const initial = [
  ...["--strict", "--target", "esnext", "--moduleDetection", "force", "--isolatedModules", "--verbatimModuleSyntax"],
  ...["--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--noUncheckedSideEffectImports"],
];

it.each([
  ["strict", ["--strict"]],
  ["all options of tsc --init", initial],
  ["an older target", ["--strict", "--target", "es2022", "--lib", "es2023,esnext.disposable"]],
])("blocks compile as a user pastes them, with %s", { timeout: 120_000 }, async (_, options) => {
  using project = readerProject();
  await checkTypes(project, allPages, ["--module", "nodenext", ...options]);
});
