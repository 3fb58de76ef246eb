#!/usr/bin/env node
import "./process/heap-bounds.ts";

// What is imported statically is loaded before the first of it runs, and loading alone lets the heap grow.
// Loads the command by itself, also so that a machine without descriptors or memory for its modules gives one line, too.
try {
  await import("./command-process.ts");
} catch (error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const told = (error instanceof Error ? error.message : String(error)).replace(/[^\x20-\x7e]/g, "?");
  const remedy = code === "EMFILE" ? "raise the limit of open files (ulimit -n 4096)" : "install it again";
  process.stderr.write(`error: atc cannot start: ${told}; ${remedy}\n`);
  process.exitCode = /^E[A-Z]+$/.test(code) ? 6 : 1;
}
