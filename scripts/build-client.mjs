// Bundles packages/report/client to packages/report/dist/client: the script and the style sheet of a report, the script
// of its head, and the notices of the libraries in it. Does nothing if they are newer than every source.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const report = fileURLToPath(new URL("../packages/report/", import.meta.url));
const source = join(report, "client");
const target = join(report, "dist", "client");
const uplot = dirname(dirname(createRequire(join(report, "package.json")).resolve("uplot")));

/** The time of the newest file below a folder. */
function newestIn(folder) {
  const files = readdirSync(folder, { recursive: true }).map((file) => statSync(join(folder, file)));
  return Math.max(...files.filter((file) => file.isFile()).map((file) => file.mtimeMs));
}

async function bundle(input) {
  const build = await rolldown({ input: join(source, input), treeshake: true, logLevel: "warn" });
  const { output } = await build.generate({ format: "iife", minify: true });
  await build.close();
  return output[0].code.trim();
}

/** A style sheet without comments and needless white space. */
function shortened(style) {
  return style
    .replace(/\/\*.*?\*\//gs, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,]) ?/g, "$1")
    .replace(/;}/g, "}")
    .trim();
}

/** Text that ends an element would end the script in the page. */
function checkEmbeddable(name, text) {
  if (/<\/(?:script|style)|<!--/i.test(text)) throw new Error(`${name} has a text that ends an element of HTML`);
}

/** Later rules override earlier ones. */
const styles = ["themes", "page", "summary", "charts", "tables", "sections", "panels", "screens"];

const newest = Math.max(
  newestIn(source),
  newestIn(join(report, "src")),
  statSync(fileURLToPath(import.meta.url)).mtimeMs,
);
const built = statSync(join(target, "notices.txt"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (built < newest) {
  const { name, version } = JSON.parse(readFileSync(join(uplot, "package.json"), "utf8"));
  const own = styles.map((name) => join(source, "style", `${name}.css`));
  const style = [join(uplot, "dist", "uPlot.min.css"), ...own].map((file) => readFileSync(file, "utf8")).join("");
  const files = {
    "report.js": await bundle("main.ts"),
    "theme.js": await bundle("page/theme.ts"),
    "report.css": shortened(style),
    "notices.txt": `${name} ${version}\n\n${readFileSync(join(uplot, "LICENSE"), "utf8").trim()}\n`,
  };
  mkdirSync(target, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    checkEmbeddable(file, text);
    writeFileSync(join(target, file), text);
  }
  console.log(`packages/report/dist/client/report.js: ${files["report.js"].length} bytes`);
}
