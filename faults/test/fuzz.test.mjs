import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readers } from "../src/fuzz/readers/index.js";
import { faultOf } from "../src/fuzz/session.js";
import { reportOf } from "./program.mjs";

// ATC_FUZZ_INPUTS=100000 tries more.
const inputs = Number(process.env["ATC_FUZZ_INPUTS"] ?? 250);
const asked = process.env["PROPERTY_SEED"] ?? "1";
const seed = asked === "random" ? Date.now() % 2 ** 31 : Number(asked);
const fixtures = fileURLToPath(new URL("../../fixtures/fuzz", import.meta.url));

describe("a reader reads or refuses a changed input, in bounded memory", () => {
  it(`all readers, ${inputs} inputs each`, { timeout: 600_000 }, async () => {
    const reports = await reportOf("fuzz", "--inputs", String(inputs), "--seed", String(seed));
    expect(reports.map(({ reader }) => reader)).toEqual(readers.map(({ name }) => name));
    for (const { reader, findings } of reports)
      expect({ reader, seed, findings }).toEqual({ reader, seed, findings: [] });
  });
});

describe("an input that was found once", () => {
  const found = existsSync(fixtures) ? readdirSync(fixtures, { withFileTypes: true }) : [];
  const files = found
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(`${fixtures}/${name}`).map((file) => [name, file]));

  it.each(files)("%s/%s", async (name, file) => {
    const reader = readers.find((one) => one.name === name);
    const report = { accepted: 0, memory: 0 };
    await reader.valid();
    expect(await faultOf(reader, readFileSync(`${fixtures}/${name}/${file}`), report)).toBeUndefined();
  });
});
