#!/usr/bin/env node
// First: it holds for what is imported after it.
import "./young-heap.ts";

import { exitCodes } from "./exit-code.ts";
import { main } from "./main.ts";

const controller = new AbortController();
process.on("SIGINT", () => {
  // A second Ctrl-C ends at once; the next start cleans up.
  if (controller.signal.aborted) process.exit(exitCodes.aborted);
  controller.abort();
});
process.on("SIGTERM", () => controller.abort());
// A reader that goes away, as `head` does, is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.ok);
});

const { stdout, stderr, env } = process;
process.exitCode = await main(process.argv.slice(2), {
  stdout,
  stderr,
  env,
  cwd: process.cwd(),
  signal: controller.signal,
});
