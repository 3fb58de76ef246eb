import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const start = fileURLToPath(new URL("../src/start.js", import.meta.url));

/** What a command of `pnpm faults` reports as JSON: one report, or a list of them. */
export async function reportOf(...args) {
  const child = spawn(process.execPath, [start, ...args, "--json"], { stdio: ["ignore", "pipe", "pipe"] });
  const output = { text: "", faults: "" };
  child.stdout.on("data", (piece) => {
    output.text += piece;
  });
  child.stderr.on("data", (piece) => {
    output.faults += piece;
  });
  await new Promise((done) => child.on("close", done));
  try {
    return JSON.parse(output.text);
  } catch {
    throw new Error(`no report: ${output.text}${output.faults}`);
  }
}
