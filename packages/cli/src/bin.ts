#!/usr/bin/env node
import "./young-heap.ts";

// What is imported statically is loaded before the first of it runs, and loading alone lets the heap grow.
const { exitCodes } = await import("./exit-code.ts");
const { main } = await import("./main.ts");

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
