import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runProgram } from "./block-runner.ts";
import type { Page } from "./page.ts";
import type { ReaderProject } from "./reader-project.ts";
import { root } from "./repository.ts";

/** Types of the module that replaces `backtest-kit`: the members of our host type, and the run of a backtest. */
const hostTypes = `import type { BacktestKitHost } from "@atc/backtest-kit";
export const PersistCandleAdapter: BacktestKitHost["PersistCandleAdapter"];
export const Position: BacktestKitHost["Position"];
export const Markdown: BacktestKitHost["Markdown"];
export const addExchangeSchema: BacktestKitHost["addExchangeSchema"];
export const addStrategySchema: BacktestKitHost["addStrategySchema"];
export const addFrameSchema: BacktestKitHost["addFrameSchema"];
export const commitClosePending: BacktestKitHost["commitClosePending"];
export const setConfig: BacktestKitHost["setConfig"];
type Event =
  | { readonly action: "opened" }
  | { readonly action: "closed"; readonly closeReason: string; readonly pnl: { readonly pnlPercentage: number } };
export const Backtest: {
  run(
    symbol: string,
    context: { readonly strategyName: string; readonly exchangeName: string; readonly frameName: string },
  ): AsyncIterable<Event>;
};
`;

/** Whether the first line names a file of JavaScript, such as `// weekly.mjs`. Compilers infer few types in those. */
function isPlainModule(code: string): boolean {
  return /^\/\/ [\w-]+\.mjs\b/.test(code);
}

/** The file of a block: what its first line names, such as `// tasks.ts`, else its line. */
function fileOf(code: string, line: number): string {
  const [, named] = /^\/\/ ([\w-]+)\.[jt]s\b/.exec(code) ?? [];
  return `${named ?? `line-${line}`}.ts`;
}

/**
 * Pastes the JavaScript and TypeScript of pages into `.ts` files of a project that has nothing but the compiler's
 * strict options, and compiles them, except those that name themselves a module of JavaScript. The packages' own
 * declarations are checked, too.
 */
export async function checkTypes(
  project: ReaderProject,
  pages: readonly Page[],
  options: readonly string[],
): Promise<void> {
  const types = join(project.path, "node_modules/@types");
  mkdirSync(types);
  symlinkSync(join(root, "node_modules/@types/node"), join(types, "node"), "junction");
  writeFileSync(join(project.path, "node_modules/backtest-kit/index.d.ts"), hostTypes);
  const files = pages.flatMap(({ name, blocks }) =>
    blocks
      .filter(({ language, code }) => ["js", "ts"].includes(language) && !isPlainModule(code))
      .map(({ line, code }) => {
        const file = join(name.replaceAll(/\W/g, "-"), fileOf(code, line));
        mkdirSync(join(project.path, dirname(file)), { recursive: true });
        writeFileSync(join(project.path, file), code);
        return file;
      }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  await runProgram(process.execPath, [tsc, "--noEmit", "--types", "node", ...options, ...files], project.path);
}
