import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { exitCodeMeanings, exitCodes } from "../src/process/exit-code.ts";
import { runAtc } from "./atc.ts";

it("have one meaning each", () => {
  expect(exitCodeMeanings.map(([code]) => code)).toEqual(Object.values(exitCodes));
});

it("are listed in the README as in the code", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const rows = [...readme.matchAll(/^\| (\d+) +\| (.*?) +\|$/gm)].map(([, code, meaning]) => [Number(code), meaning]);
  expect(rows).toEqual(exitCodeMeanings);
});

it("are listed in the help as in the code", async () => {
  const { stdout } = await runAtc(".", ["--help"]);
  for (const [code, meaning] of exitCodeMeanings) expect(stdout).toContain(`${String(code).padStart(5)}  ${meaning}\n`);
});
