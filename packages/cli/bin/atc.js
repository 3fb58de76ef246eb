#!/usr/bin/env node
// This file is not built, so that a package manager can link it in a checkout before the first build.
import { existsSync } from "node:fs";

const built = new URL("../dist/bundle/bin.js", import.meta.url);
if (existsSync(built)) await import(built.href);
else {
  process.stderr.write("error: this checkout is not built yet; run: npm run demo\n");
  process.exitCode = 1;
}
