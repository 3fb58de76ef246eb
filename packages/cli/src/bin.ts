#!/usr/bin/env node
import "./process/heap-bounds.ts";

// Static imports are loaded before the first statement runs, and loading alone lets the heap grow. So the command is
// imported dynamically, and a machine without file descriptors or memory for its modules prints one line, too.
try {
  await import("./command-process.ts");
} catch (error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = (error instanceof Error ? error.message : String(error)).replace(/[^\x20-\x7e]/g, "?");
  const remedy = code === "EMFILE" ? "raise the limit of open files (ulimit -n 4096)" : "install it again";
  process.stderr.write(`error: atc cannot start: ${message}; ${remedy}\n`);
  process.exitCode = /^E[A-Z]+$/.test(code) ? 6 : 1;
}
