// A reporter of Vitest that appends a line of JSON for each thing that happens: a run that is broken off keeps what it
// has found. ATC_RESULTS names the file; test-results.mjs counts the lines.
import { appendFileSync } from "node:fs";
import { env } from "node:process";

/** Processor seconds of this process until now. */
function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const firstLine = (error) => String(error?.message ?? error ?? "").split("\n")[0];

/** The errors of the hooks of a file and of its suites. */
function hookErrors(suite) {
  return [...suite.errors(), ...[...suite.children.suites()].flatMap(hookErrors)];
}

const write = (line) => appendFileSync(env.ATC_RESULTS, `${JSON.stringify(line)}\n`);

export default class LineReporter {
  #begun = new Map();

  onTestModuleStart({ moduleId: file }) {
    this.#begun.set(file, { time: performance.now(), processor: processorSeconds() });
    write({ event: "begin", file });
  }

  onTestCaseResult(test) {
    const { state, errors } = test.result();
    write({ event: "test", file: test.module.moduleId, name: test.fullName, state, message: firstLine(errors?.[0]) });
  }

  onTestModuleEnd(module) {
    const { time, processor } = this.#begun.get(module.moduleId) ?? { time: performance.now(), processor: 0 };
    const message = module.state() === "failed" ? firstLine(hookErrors(module)[0]) : "";
    const seconds = (performance.now() - time) / 1000;
    const spent = processorSeconds() - processor;
    write({ event: "end", file: module.moduleId, state: module.state(), message, seconds, processor: spent });
  }

  onTestRunEnd(_modules, unhandledErrors) {
    for (const error of unhandledErrors) write({ event: "error", message: firstLine(error) });
    write({ event: "finished" });
  }
}
