// Runs the tests on other versions of Node, which npm delivers as packages, and prints a table.
//
//   --node 22   repeatable; default: 22 and 24
//
// Other arguments are passed to vitest: `pnpm nodes examples` runs only the examples and the code blocks of the pages.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fetchNode } from "./fetch-node.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values, positionals } = parseArgs({
  options: { node: { type: "string", multiple: true, default: ["22", "24"] } },
  allowPositionals: true,
});

/** The outcome of the tests under `node`, as vitest's JSON reports it. */
function runTests(node, major) {
  const outputFile = join(root, "temp", `tests-node${major}.json`);
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile=${outputFile}`];
  const args = [vitest, "run", "--mode", "built", ...reporters, ...positionals];
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  rmSync(outputFile, { force: true }); // results of an earlier run must not pass for those of one that broke off
  spawnSync(node, args, { cwd: root, env, stdio: "inherit" });
  return JSON.parse(readFileSync(outputFile, "utf8")).testResults;
}

function countsOf(files) {
  const states = files.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  const count = (...names) => states.filter((status) => names.includes(status)).length;
  const broken = files.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((one) => one.status === "failed"),
  );
  return {
    passed: count("passed"),
    failed: count("failed") + broken.length,
    skipped: count("pending", "skipped", "todo"),
  };
}

/** The first line of what a test threw; vitest's JSON has a placeholder if the time was up. */
function reasonOf([message = ""]) {
  const [line = ""] = message.split("\n");
  return line === "Error: STACK_TRACE_ERROR" ? "the time was up" : line;
}

const rows = [];
const failures = [];
for (const major of values.node) {
  const node = fetchNode(major);
  const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
  console.log(`\n${version}`);
  const results = runTests(node, major);
  const isPage = ({ name }) => relative(root, name).startsWith("examples");
  const groups = {
    "examples and code of pages": results.filter(isPage),
    packages: results.filter((file) => !isPage(file)),
  };
  for (const [tests, files] of Object.entries(groups))
    if (files.length > 0) rows.push({ node: version, tests, ...countsOf(files) });
  for (const { name, status, message, assertionResults } of results) {
    const failed = assertionResults.filter((one) => one.status === "failed");
    for (const { fullName, failureMessages } of failed)
      failures.push(`${version} ${relative(root, name)}: ${fullName}: ${reasonOf(failureMessages)}`);
    if (status === "failed" && failed.length === 0)
      failures.push(`${version} ${relative(root, name)}: ${message.split("\n")[0]}`);
  }
}
console.table(rows);
for (const line of failures) console.log(line);
process.exitCode = failures.length === 0 ? 0 : 1;
