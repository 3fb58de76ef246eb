// Writes pictures of the reports that the tests open in a browser, 1280 and 390 pixels wide, light and dark.
//
//   pnpm pictures [folder]   default: temp/pictures
//
// The tests check the pages on the way, so a page with a fault fails the command. Its picture is written, too.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [given, ...more] = process.argv.slice(2);
if (more.length > 0 || given?.startsWith("-")) {
  console.error("usage: pnpm pictures [folder]");
  process.exit(2);
}
// pnpm changes the working directory; INIT_CWD is that of the user.
const folder = given === undefined ? join(root, "temp", "pictures") : resolve(process.env.INIT_CWD ?? ".", given);

const startedAt = Date.now();
/** The pictures of this run: one of an earlier run must not pass for one of a page that no longer opens. */
function pictures() {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => name.endsWith(".png") && statSync(join(folder, name)).mtimeMs >= startedAt);
}

const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "--mode", "built", "packages/report/test/browser"], {
  cwd: root,
  env: { ...process.env, ATC_REPORT_PICTURES: folder },
  stdio: "inherit",
});
const count = pictures().length;
if (count === 0) console.error("no picture was written: there is no Chromium; install it, or name it in ATC_CHROMIUM");
else console.log(`${count} pictures in ${folder}`);
process.exitCode = count === 0 ? 1 : (status ?? 1);
