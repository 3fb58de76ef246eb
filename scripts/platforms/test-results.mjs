/** `package/test/name.test.ts` of a path on any system. */
const shortName = (file) => file.replaceAll("\\", "/").replace(/^.*\/(?=[^/]+\/[^/]+\/[^/]+$)/, "");

/** The events in the text of line-reporter.mjs. A process that is killed may leave its last line torn. */
function eventsOf(text) {
  const lines = text.split("\n");
  if (lines.at(-1) !== "") lines.pop();
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}

/**
 * Counts what line-reporter.mjs wrote. A file that fails with no failed test, as one that does not load, counts as one
 * failed test, and so does a file that did not end.
 *
 * @returns `{ passed, failed, skipped, failures, skippedNames, finished }`, `finished` false if the run was broken off
 */
export function testResults(text) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failures = [];
  const failedFiles = new Set();
  const openFiles = new Set();
  const skippedNames = new Set();
  let finished = false;
  for (const { event, file, name, state, message } of eventsOf(text)) {
    if (event === "begin") openFiles.add(file);
    else if (event === "test" && state === "failed") {
      failedFiles.add(file);
      failures.push(`${shortName(file)}: ${name}: ${message}`);
    } else if (event === "test") {
      counts[state === "passed" ? "passed" : "skipped"]++;
      if (state !== "passed") skippedNames.add(name);
    } else if (event === "end") {
      openFiles.delete(file);
      if (state === "failed" && (message !== "" || !failedFiles.has(file)))
        failures.push(`${shortName(file)}: ${message}`);
    } else if (event === "error") failures.push(message);
    else if (event === "finished") finished = true;
  }
  for (const file of openFiles) failures.push(`${shortName(file)} did not end`);
  return { ...counts, failed: failures.length, failures, skippedNames, finished };
}

/** The sum of several results. */
export function sumOf(results) {
  const count = (name) => results.reduce((sum, result) => sum + result[name], 0);
  const failures = results.flatMap((result) => result.failures);
  return { passed: count("passed"), failed: count("failed"), skipped: count("skipped"), failures };
}
