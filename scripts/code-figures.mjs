// Prints figures of the code of each package, counted in its syntax tree, and the findings in its prose.
//
//   pnpm figures
//     --root DIR  counts another checkout too, before this one; may be repeated
//     --json      all figures as JSON
//
// Sources are packages/*/src. AssemblyScript in packages/*/assembly does not count for casts and parameters: a struct
// would have to be allocated there. Only functions with a body count, not the signatures of interfaces and types.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import ts from "typescript";
import { proseFiles, readProse } from "./prose/repository-prose.mjs";
import { applyAllowances } from "./prose/where-allowances.mjs";

const manyParameters = 6;
const figures = {
  files: "source files",
  top: "files at the top of src",
  folders: "folders in src",
  exports: "exports of the index",
  numberCasts: "casts `as number`",
  bigintCasts: "casts `as bigint`",
  manyParameters: `functions with ${manyParameters} or more parameters`,
  message: "banned forms in messages",
  jsdoc: "banned forms in JSDoc",
  comment: "banned forms in comments",
  markdown: "banned forms in Markdown",
};

const parse = (path) => ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);

/** The names that a module exports; `export *` is followed through relative paths. */
function exportedNames(path, seen = new Set()) {
  const names = new Set();
  if (seen.has(path) || !existsSync(path)) return names;
  seen.add(path);
  for (const statement of parse(path).statements) {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement;
      if (exportClause === undefined) {
        for (const name of exportedNames(join(dirname(path), moduleSpecifier.text), seen))
          if (name !== "default") names.add(name);
      } else if (ts.isNamedExports(exportClause)) {
        for (const { name } of exportClause.elements) names.add(name.text);
      } else names.add(exportClause.name.text);
    } else if (ts.isExportAssignment(statement)) names.add("default");
    else if (statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) {
      if (statement.modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) names.add("default");
      else if (ts.isVariableStatement(statement)) {
        for (const { name } of statement.declarationList.declarations) names.add(name.getText());
      } else names.add(statement.name.text);
    }
  }
  return names;
}

const hasParameters = (node) =>
  ts.isFunctionDeclaration(node) ||
  ts.isFunctionExpression(node) ||
  ts.isArrowFunction(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isConstructorDeclaration(node);

function countIn(path, counts, wide) {
  const source = parse(path);
  const visit = (node) => {
    if (ts.isAsExpression(node)) {
      if (node.type.kind === ts.SyntaxKind.NumberKeyword) counts.numberCasts += 1;
      if (node.type.kind === ts.SyntaxKind.BigIntKeyword) counts.bigintCasts += 1;
    }
    if (hasParameters(node) && node.body !== undefined && node.parameters.length >= manyParameters) {
      counts.manyParameters += 1;
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      const name = node.name?.getText(source) ?? node.parent.name?.getText(source) ?? "(anonymous)";
      wide.push({ path, line: line + 1, name, parameters: node.parameters.length });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

function countPackage(src) {
  const counts = Object.fromEntries(Object.keys(figures).map((key) => [key, 0]));
  const wide = [];
  if (!existsSync(src)) return { counts, wide };
  for (const entry of readdirSync(src, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) counts.folders += 1;
    if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
    counts.files += 1;
    if (resolve(entry.parentPath) === resolve(src)) counts.top += 1;
    countIn(join(entry.parentPath, entry.name), counts, wide);
  }
  counts.exports = exportedNames(join(src, "index.ts")).size;
  return { counts, wide };
}

function countCheckout(root) {
  const wide = [];
  const packages = {};
  for (const name of readdirSync(join(root, "packages")).sort()) {
    if (!existsSync(join(root, "packages", name, "package.json"))) continue;
    const counted = countPackage(join(root, "packages", name, "src"));
    packages[name] = counted.counts;
    wide.push(...counted.wide.map((found) => ({ ...found, path: found.path.slice(root.length + 1) })));
  }
  const { counts: elsewhere } = countPackage("");
  const { findings } = applyAllowances(readProse(root, proseFiles(root, false)).findings);
  for (const { file, kind, rule } of findings) {
    if (rule !== "form") continue;
    const counts = packages[/^packages\/(?<name>[^/]+)/u.exec(file)?.groups.name] ?? elsewhere;
    counts[kind] += 1;
  }
  const rows = { ...packages, elsewhere };
  const sum = (key) => Object.values(rows).reduce((total, counts) => total + counts[key], 0);
  return { root, packages: rows, total: Object.fromEntries(Object.keys(figures).map((key) => [key, sum(key)])), wide };
}

function print({ root, packages, total, wide }) {
  const keys = Object.keys(figures);
  const rows = [
    ["", ...keys],
    ...Object.entries({ ...packages, total }).map(([name, counts]) => [
      name,
      ...keys.map((key) => String(counts[key])),
    ]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  console.log(root);
  for (const [name, ...cells] of rows)
    console.log(name.padEnd(widths[0]), cells.map((cell, i) => cell.padStart(widths[i + 1])).join("  "));
  for (const { path, line, name, parameters } of wide)
    console.log(`${path}:${line}: ${name} has ${parameters} parameters`);
  console.log();
}

const { values } = parseArgs({
  options: { root: { type: "string", multiple: true, default: [] }, json: { type: "boolean", default: false } },
});
const roots = [
  ...values.root.map((root) => resolve(root)),
  fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/u, ""),
];
const counted = roots.map(countCheckout);
if (values.json) console.log(JSON.stringify(counted, undefined, 1));
else {
  for (const [key, meaning] of Object.entries(figures)) console.log(`${key.padEnd(16)}${meaning}`);
  console.log();
  for (const checkout of counted) print(checkout);
  for (const [key, meaning] of Object.entries(figures))
    console.log(`${counted.map(({ total }) => String(total[key]).padStart(6)).join(" -> ")}  ${meaning}`);
}
