import { readdirSync, readFileSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { run } from "../../../examples/test/child-process.ts";
import { barsCsv } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** What Node's test runner says about a file of the shop. */
async function nodeTest(file: string): Promise<string> {
  const args = ["--test", "--test-reporter=tap", file];
  const { code, stdout, stderr } = await run(process.execPath, args, shop.path, { VITEST: "" });
  return `${code} ${/^# pass (\d+)$/m.exec(stdout)?.[1] ?? stderr}`;
}

describe("atc init strategy", () => {
  it("writes a strategy that runs, and a test of it that needs no installation", async () => {
    const made = await shop.atc("init", "strategy", "my-trend");
    expect(made).toMatchObject({ code: 0, stderr: "" });
    for (const fact of ["my-trend.js", "node --test my-trend.test.js", "--strategy ./my-trend.js"])
      expect(made.stdout).toContain(fact);
    expect(readdirSync(shop.path).toSorted()).toEqual(["my-trend.js", "my-trend.test.js"]);
    for (const file of readdirSync(shop.path))
      expect(readFileSync(join(shop.path, file), "utf8")).not.toMatch(/(?:plugin|file|test)-name/);
    expect(await nodeTest("my-trend.test.js")).toBe("0 4");

    await shop.file("bars.csv", barsCsv(["AAA"], 200));
    const tradesOf = async (...args: string[]): Promise<number> => {
      const { code, json } = await shop.atc("backtest", "bars.csv", "--json", "--strategy", "./my-trend.js", ...args);
      expect(code).toBe(0);
      return json<{ portfolio: { trades: number } }>().portfolio.trades;
    };
    expect(await tradesOf("--parameter", "bars=3")).toBeGreaterThan(await tradesOf("--parameter", "bars=50"));
    const short = await shop.atc("backtest", "bars.csv", "--strategy", "./my-trend.js", "--parameter", "bars=500");
    expect(`${short.stdout}${short.stderr}`).toContain("too few to look back 500");
  });

  it("writes a test that fails if the strategy looks ahead or forgets its state", async () => {
    await shop.atc("init", "strategy", "mine", "--quiet");
    const text = readFileSync(join(shop.path, "mine.js"), "utf8");
    const spoil = async (from: string, to: string): Promise<string> => {
      expect(text).toContain(from);
      await shop.file("mine.js", text.replace(from, to));
      return await nodeTest("mine.test.js");
    };
    expect(await spoil("Math.sign(close[i] - oldest)", "Math.sign((close[i + 1] ?? close[i]) - close[i])")).toMatch(
      /^1 [01]$/,
    );
    expect(await spoil("decide({ close }, directions) {", "decide({ close }, directions) {\n count = 0;")).toMatch(
      /^1 2$/,
    );
  });

  it("writes a test that has every usual column, and says what it lacks", async () => {
    await shop.atc("init", "strategy", "mine", "--quiet");
    const text = readFileSync(join(shop.path, "mine.js"), "utf8");
    const columns = "open, high, low, volume, timestamp";
    const reading = `[${columns}].some((column) => !(column[i] > 0)) ? 0 : Math.sign(close[i] - oldest)`;
    await shop.file(
      "mine.js",
      text.replace("decide({ close }", `decide({ close, ${columns} }`).replace("Math.sign(close[i] - oldest)", reading),
    );
    expect(await nodeTest("mine.test.js")).toBe("0 4");
    const failing = async (from: string, to: string): Promise<string> => {
      expect(text).toContain(from);
      await shop.file("mine.js", text.replace(from, to));
      const { stdout } = await run(process.execPath, ["--test", "--test-reporter=tap", "mine.test.js"], shop.path, {
        VITEST: "",
      });
      return stdout;
    };
    const longer = "start(symbol, { bars }, wanted, market) {\n market.bars('1w');";
    expect(await failing("start(symbol, { bars }) {", longer)).toContain("no longer bars: use strategyCases");
    expect(await failing("version: 1,", 'version: 1,\n  scope: "universe",')).toContain("no strategies of all symbols");
  });

  it("writes a test that runs under vitest too", async () => {
    await shop.atc("init", "strategy", "mine", "--quiet");
    await mkdir(join(shop.path, "node_modules"));
    await symlink(join(root, "node_modules/vitest"), join(shop.path, "node_modules/vitest"), "junction");
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const { code, stdout } = await run(process.execPath, [vitest, "run", "--root", shop.path], shop.path);
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/4 passed/);
  });

  it.each(['{ "type": "commonjs" }', "{}"])("writes .mjs if .js is CommonJS by package.json: %s", async (manifest) => {
    await shop.file("package.json", manifest);
    const made = await shop.atc("init", "strategy", "mine", "--json");
    expect(made.json()).toMatchObject({ name: "mine", files: ["mine.mjs", "mine.test.mjs"] });
    expect(await nodeTest("mine.test.mjs")).toBe("0 4");
  });

  it.each(["mine.js", "mine.test.js"])("refuses an existing %s, and writes nothing", async (file) => {
    await shop.file(file, "mine");
    const refused = await shop.atc("init", "strategy", "mine", "--json");
    expect([refused.code, errorOf(refused).message]).toEqual([2, expect.stringContaining("exists already")]);
    expect(readdirSync(shop.path)).toEqual([file]);
    expect(readFileSync(join(shop.path, file), "utf8")).toBe("mine");
  });

  it.each(["", "../out", "A", "a b", "@me/mine", "cross", "atc"])("refuses the name %j", async (name) => {
    const refused = await shop.atc("init", "strategy", name, "--json");
    expect([refused.code, errorOf(refused).code]).toEqual([2, "ATC_INVALID_ARGUMENT"]);
    expect(readdirSync(shop.path)).toEqual([]);
  });
});
