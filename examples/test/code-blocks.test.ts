import { readFileSync, writeFileSync } from "node:fs";
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
  async "packages/report/README.md"(project) {
    const bars = join(root, "examples/bars.csv");
    return await runProgram(node, [bin, "backtest", bars, "--report", "report.html"], project);
  },
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
    it.skipIf(missing)(title, async () => {
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

it("docs/writing-a-plugin.md shows the codec that atc init writes", () => {
  const shown = pages
    .find(({ name }) => name === "docs/writing-a-plugin.md")
    ?.blocks.find(({ code }) => code.startsWith("// brotli.ts\n"));
  const template = readFileSync(join(root, "packages/cli/templates/codec/src/index.ts"), "utf8");
  expect(shown?.code).toBe(`// brotli.ts\n${template.replaceAll(/plugin-?name/g, "brotli")}`);
});

/** Uses that compile without a cast, or must not compile. */
const typedUses = `import { createCache } from "@atc/cache";
import { cacheFs } from "@atc/cache-fs";
import type { ArrayStore } from "@atc/contract";
import { backtestFile, openBacktest, openRuntime, runBacktest } from "@atc/runtime";
import { arrayStoreCases, byteStoreCases } from "@atc/testing";

const cache = createCache({ store: await cacheFs({ directory: ".cache" }) });
const key = { kind: "k", input: "i", parameters: {}, algorithm: "a", version: 1 };
const { arrays } = await cache.compute(key, async () => ({
  arrays: { ema: Float64Array.of(1), warm: Int8Array.of(0) },
}));
arrays.ema satisfies Float64Array;
arrays.warm satisfies Int8Array;
// @ts-expect-error: the value has no such array
arrays.absent;

byteStoreCases(() => cacheFs({ directory: ".cache" }), { reopen: ({ directory }) => cacheFs({ directory }) });
declare function ownStore(folder: string): ArrayStore & { readonly folder: string };
arrayStoreCases(() => ownStore("one"), { reopen: ({ folder }) => ownStore(folder) });

const runtime = await openRuntime();
(await backtestFile("bars.csv")).result.symbols;
(await runBacktest(runtime, "bars.csv", { curves: true })).result.symbols;
(await openBacktest(runtime, "bars.csv", { curves: true })).curves.accounts;
// @ts-expect-error: curves are not requested
(await backtestFile("bars.csv", { curves: false })).result.symbols;
// @ts-expect-error: curves are not requested
(await runBacktest(runtime, "bars.csv")).result.symbols;
declare const curves: boolean;
// @ts-expect-error: curves may not be requested
(await backtestFile("bars.csv", { curves })).result.symbols;
`;

/**
 * What `tsc --init` writes, without `skipLibCheck`, and without `noUncheckedIndexedAccess`, since loops over arrays
 * would need a cast per element.
 */
const initial = [
  ...["--strict", "--target", "esnext", "--moduleDetection", "force", "--isolatedModules", "--verbatimModuleSyntax"],
  ...["--exactOptionalPropertyTypes", "--noUncheckedSideEffectImports"],
];

it.each([
  ["the options of tsc --init", initial],
  ["strict and an older target", ["--strict", "--target", "es2022", "--lib", "es2023,esnext.disposable"]],
])("blocks compile as a user pastes them, with %s", async (_, options) => {
  using project = readerProject();
  await checkTypes(
    project,
    [...allPages, { name: "typed uses", blocks: [{ language: "ts", line: 1, code: typedUses }] }],
    ["--module", "nodenext", ...options],
  );
});
