import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { node, run } from "./child-process.ts";
import type { CodeBlock } from "./code-block.ts";
import { runCommand } from "./command.ts";
import { root } from "./repository.ts";
import { runShellLine } from "./shell-line.ts";

/** Runs a program that must succeed. */
export async function runProgram(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, cwd);
  assert.equal(code, 0, `${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

const pythons = [process.env["ATC_PYTHON"], "python3", "/usr/bin/python3"].filter((python) => python !== undefined);

const found = new Map<string, string | undefined>();

/** A Python that has the imports of a program; undefined if there is none. Each set of imports is looked for once. */
export function pythonFor(code: string): string | undefined {
  // `import base64, numpy as np` names two modules.
  const imported = [...code.matchAll(/^(?:import|from) (.+?)(?: import .*)?$/gm)].flatMap(([, names]) =>
    (names ?? "").split(","),
  );
  const modules = imported.map((name) => name.trim().split(/\W/)[0]).join();
  const has = (python: string) => spawnSync(python, ["-c", `import ${modules}`], { stdio: "ignore" }).status === 0;
  if (!found.has(modules)) found.set(modules, pythons.find(has));
  return found.get(modules);
}

const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } as const;

/** Runs a block in a reader's project. */
type Runner = (block: CodeBlock, project: string, page: string) => Promise<unknown>;

/** Writes a block to the file that its first line names, such as `// tasks.js`, so that later blocks can use it. */
function writeCode({ language, line, code: source }: CodeBlock, project: string, code: string): string {
  const [, named] = /^(?:\/\/|#) ([\w-]+\.\w+)\b/.exec(source) ?? [];
  // A block in TypeScript is compiled before it is written.
  const file = named?.replace(/\.ts$/, ".js") ?? `line-${line}.${language === "ts" ? "js" : language}`;
  writeFileSync(join(project, file), code);
  return file;
}

const runners: Readonly<Record<string, Runner>> = {
  async sh({ code }, project, page) {
    for (const line of code.trim().split("\n")) await runShellLine(line, { project, page: dirname(join(root, page)) });
  },
  js: (block, project) => runProgram(node, [writeCode(block, project, block.code)], project),
  ts(block, project) {
    // Node 20 lacks `using`, and so does the compiler's target.
    const { outputText } = ts.transpileModule(block.code, { compilerOptions });
    return runProgram(node, [writeCode(block, project, outputText)], project);
  },
  async yaml(block, project) {
    const { code, stdout, stderr } = await runCommand(
      ["config", "--config", writeCode(block, project, block.code)],
      project,
    );
    assert.equal(code, 0, `atc config ended with ${code}:\n${stdout}${stderr}`);
  },
  json: async ({ code }) => JSON.parse(code),
  python: (block, project) => runProgram(pythonFor(block.code) ?? "python3", ["-c", block.code], project),
};

/** Runs a block according to its language. Throws if it fails or the language is unknown. */
export async function runBlock(block: CodeBlock, project: string, page: string): Promise<void> {
  const runner = runners[block.language];
  assert.ok(runner, `nobody knows how to run "${block.language}"; add a runner, or call the block "text"`);
  await runner(block, project, page);
}
