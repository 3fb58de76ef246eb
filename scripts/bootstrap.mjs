// Makes a bare checkout runnable with Node and npm alone: fetches pnpm through npx, installs, builds, then runs the
// given pnpm command. Under pnpm, it only builds and runs.
import { spawnSync } from "node:child_process";

const inPnpm = (process.env.npm_config_user_agent ?? "").startsWith("pnpm");
const pnpm = (...args) => {
  const { status } = spawnSync("npx", ["--yes", "pnpm@12.21.0", ...args], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
};
if (!inPnpm) pnpm("install", "--frozen-lockfile");
pnpm("run", "build");
pnpm(...process.argv.slice(2));
