import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { run } from "../../../examples/test/child-process.ts";
import { barsCsv } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Writes a plugin, and makes it and what it needs the only dependencies of the shop. */
async function init(name: string, kind: string): Promise<string> {
  const made = await shop.atc("init", "plugin", name, "--kind", kind, "--json");
  expect(made).toMatchObject({ code: 0, stderr: "" });
  const { folder, packageName } = made.json<{ folder: string; packageName: string }>();
  await shop.install("contract", "plugin-kit", "testing");
  const modules = join(shop.path, "node_modules");
  for (const [to, from] of [
    ["@types/node", join(root, "node_modules/@types/node")],
    [packageName, folder],
  ] as const) {
    await mkdir(join(modules, to, ".."), { recursive: true });
    await symlink(from, join(modules, to), "junction");
  }
  await writeFile(join(shop.path, "package.json"), JSON.stringify({ dependencies: { [packageName]: "*" } }));
  return folder;
}

/** Does what `npm test` of the package does. Returns the number of tests that passed. */
async function testOf(folder: string): Promise<number> {
  const { scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  expect(scripts.test).toBe("tsc && node --test dist/test/index.test.js");
  const built = await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc")], folder);
  expect(built).toEqual({ code: 0, stdout: "", stderr: "" });
  const tested = await run(process.execPath, ["--test", "--test-reporter=tap", "dist/test/index.test.js"], folder);
  expect(tested.code, tested.stdout).toBe(0);
  return Number(/^# pass (\d+)$/m.exec(tested.stdout)?.[1]);
}

describe("atc init plugin", () => {
  it("writes a codec that builds, passes its suite, and compresses the cache", async () => {
    const folder = await init("@me/tiny-brotli", "codec");
    expect(basename(folder)).toBe("tiny-brotli");
    expect(await testOf(folder)).toBeGreaterThan(35);
    await shop.file("bars.csv", barsCsv(["AAA"], 60));
    await shop.file("atc.yaml", "useCompression: true\ncompressionAlgorithm: tiny-brotli\ncompressionLevel: 9\n");
    expect(await shop.atc("backtest", "bars.csv")).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^computed in /m),
    });
    const entries = (await shop.cached()).filter((file) => file.includes(".npz"));
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.filter((file) => !file.endsWith(".npz.tinybrotli"))).toEqual([]);
    expect(await shop.atc("backtest", "bars.csv")).toMatchObject({
      stderr: expect.stringMatching(/^results from the cache/m),
    });
  });

  it("writes a byte store that builds, passes its suite, and holds the cache", async () => {
    const folder = await init("flat-files", "byte-store");
    expect(await testOf(folder)).toBeGreaterThan(15);
    await shop.file("bars.csv", barsCsv(["AAA"], 60));
    await shop.file("atc.yaml", "cacheStore: flat-files\n");
    expect(await shop.atc("backtest", "bars.csv")).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^computed in /m),
    });
    const values = (await shop.cached()).filter((file) => file.startsWith(join(".cache", "atc")));
    expect(values.length).toBeGreaterThan(0);
    expect(values.filter((file) => !/[0-9a-f]{64}\.value$/.test(file))).toEqual([]);
    expect(await shop.atc("backtest", "bars.csv")).toMatchObject({
      stderr: expect.stringMatching(/^results from the cache/m),
    });
  });

  it("writes a source that builds, passes its suite, and reads files of its ending", async () => {
    const folder = await init("my-feed", "source");
    expect(await testOf(folder)).toBeGreaterThan(30);
    const rows = Array.from({ length: 60 }, (_, i) => `SPY|${new Date(864e5 * i).toISOString()}|${100 + (i % 9)}`);
    await shop.file("prices.my-feed", [...rows, "SPY|1971-01-01|n/a"].join("\n"));
    const options = ["--source-option", "separator=|", "--json"];
    const bad = await shop.atc("ingest", "prices.my-feed", ...options);
    expect([bad.code, errorOf(bad).message]).toEqual([3, expect.stringContaining("line 61")]);
    const read = await shop.atc("ingest", "prices.my-feed", ...options, "--bad-rows", "skip");
    expect(read).toMatchObject({ code: 0, stdout: expect.stringContaining('"SPY"') });
    const unknown = await shop.atc("ingest", "prices.my-feed", "--source-option", "separatr=|", "--json");
    expect([unknown.code, errorOf(unknown).message]).toEqual([2, expect.stringContaining('"separator"')]);
    const backtest = await shop.atc(
      "backtest",
      "prices.my-feed",
      "--source-option",
      "separator=|",
      "--bad-rows",
      "skip",
    );
    expect(backtest).toMatchObject({ code: 0, stdout: expect.stringContaining("SPY") });
  });

  it("writes a strategy that builds, passes its suite, and decides", async () => {
    const folder = await init("@me/my-trend", "strategy");
    expect(await testOf(folder)).toBeGreaterThan(20);
    await shop.file("bars.csv", barsCsv(["AAA"], 60));
    const options = ["backtest", "bars.csv", "--json", "--strategy", "my-trend", "--parameter"];
    const slow = await shop.atc(...options, "bars=15");
    expect([slow.code, slow.json<{ portfolio: { trades: number } }>().portfolio.trades]).toEqual([
      0,
      expect.any(Number),
    ]);
    const unknown = await shop.atc(...options, "bras=3");
    expect([unknown.code, errorOf(unknown).message]).toEqual([2, expect.stringContaining('"bars"')]);
    const same = await shop.atc("init", "strategy", "@me/another", "--package", "--json");
    const plugin = await shop.atc("init", "plugin", "other", "--kind", "strategy", "--json");
    expect(same.json()).toMatchObject({ packageName: "@me/another", pluginName: "another", kind: "strategy" });
    expect(same.json()["files"]).toEqual(plugin.json()["files"]);
  });

  it("prints the files and the next steps, or only the files as JSON", async () => {
    const text = await shop.atc("init", "plugin", "one", "--kind", "codec");
    expect(text).toMatchObject({ code: 0, stderr: "" });
    for (const fact of ["src/index.ts", "cd one", "npm test", "compressionAlgorithm: one"])
      expect(text.stdout).toContain(fact);
    const json = await shop.atc("init", "plugin", "two", "--kind", "source", "--json");
    const { files, folder, ...rest } = json.json<{ files: readonly string[]; folder: string }>();
    expect(rest).toEqual({ packageName: "two", pluginName: "two", kind: "source" });
    expect(files).toEqual([
      ".gitignore",
      "README.md",
      "package.json",
      "src/index.ts",
      "test/index.test.ts",
      "tsconfig.json",
    ]);
    for (const file of files) expect(readFileSync(join(folder, file), "utf8")).not.toMatch(/plugin-?name|package-name/);
    expect(await shop.atc("init", "plugin", "three", "--kind", "codec", "--quiet")).toMatchObject({
      code: 0,
      stdout: "",
    });
  });

  it("depends on the packages that this command has, and on the suites of their line", async () => {
    await shop.atc("init", "plugin", "one", "--kind", "codec");
    const versionOf = (name: string): string =>
      JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")).version;
    expect(JSON.parse(readFileSync(join(shop.path, "one/package.json"), "utf8"))).toMatchObject({
      dependencies: { "@atc/contract": `^${versionOf("contract")}`, "@atc/plugin-kit": `^${versionOf("plugin-kit")}` },
      devDependencies: { "@atc/testing": `${versionOf("testing").split(".")[0]}.x` },
    });
  });

  it("keeps a package name that contains a word of the templates", async () => {
    await shop.atc("init", "plugin", "@me/my-plugin-name-2", "--kind", "codec");
    const manifest = JSON.parse(readFileSync(join(shop.path, "my-plugin-name-2/package.json"), "utf8"));
    expect(manifest).toMatchObject({ name: "@me/my-plugin-name-2", atc: { plugins: [{ name: "my-plugin-name-2" }] } });
  });

  it("refuses an existing folder or file, and leaves it as it is", async () => {
    await mkdir(join(shop.path, "taken"));
    await shop.file("file", "mine");
    for (const name of ["taken", "file", "@me/taken"]) {
      const refused = await shop.atc("init", "plugin", name, "--kind", "codec", "--json");
      expect([refused.code, errorOf(refused).message]).toEqual([2, expect.stringContaining("exists already")]);
    }
    expect(readdirSync(join(shop.path, "taken"))).toEqual([]);
    expect(readFileSync(join(shop.path, "file"), "utf8")).toBe("mine");
  });

  it.each(["", ".", "..", "../out", "a/b", "A", "1a", "a b", "a_b", "a--b", "a-", "@me/", "@/a", "é", "x".repeat(101)])(
    "refuses the name %j",
    async (name) => {
      const refused = await shop.atc("init", "plugin", name, "--kind", "codec", "--json");
      expect([refused.code, errorOf(refused).code]).toEqual([2, "ATC_INVALID_ARGUMENT"]);
      expect(readdirSync(shop.path)).toEqual([]);
    },
  );

  it("refuses the names of the plugins of our packages", async () => {
    const packages = readdirSync(join(root, "packages"))
      .map((name) => join(root, "packages", name, "package.json"))
      .filter((file) => existsSync(file))
      .map((file) => JSON.parse(readFileSync(file, "utf8")));
    const plugins: readonly { kind: string; name: string }[] = packages.flatMap(({ atc }) => atc?.plugins ?? []);
    const named = plugins
      .map(({ kind, name }) => ({ kind: kind === "block-codec" ? "codec" : kind, name }))
      .filter(({ kind }) => ["codec", "byte-store", "source"].includes(kind));
    expect(named.length).toBeGreaterThan(12);
    for (const { kind, name } of named)
      expect(errorOf(await shop.atc("init", "plugin", name, "--kind", kind, "--json")).message).toContain("taken by");
  });

  it("refuses the names of built-in strategies", async () => {
    const files = readdirSync(join(root, "packages/backtest/src/strategy/built-in"));
    const names = ["atc", "columns", ...files.map((file) => basename(file, ".ts"))];
    expect(names).toContain("cross");
    for (const name of names) {
      const refused = await shop.atc("init", "plugin", name, "--kind", "strategy", "--json");
      expect([refused.code, errorOf(refused).message]).toEqual([2, expect.stringContaining("taken by")]);
    }
  });

  it("refuses a kind without a template, and suggests a near one", async () => {
    const far = await shop.atc("init", "plugin", "one", "--kind", "executor", "--json");
    expect([far.code, errorOf(far).message]).toEqual([
      2,
      expect.stringContaining("codec, byte-store, source, strategy"),
    ]);
    const near = await shop.atc("init", "plugin", "one", "--kind", "byte-stor", "--json");
    expect(errorOf(near).message).toContain("--kind byte-store");
    expect(await shop.atc("init", "plugin", "one")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--kind"),
    });
  });

  it("has its own help, and is in the package that npm installs", async () => {
    const help = await shop.atc("init", "plugin", "--help");
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining("codec, byte-store, source, strategy") });
    const { files } = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8"));
    expect(files).toContain("templates");
  });
});

describe("atc init program", () => {
  it("prints its files and the next steps, only the files as JSON, or nothing", async () => {
    const text = await shop.atc("init", "program", "one");
    expect(text).toMatchObject({ code: 0, stderr: "" });
    for (const fact of ["backtest.mjs", "cd one", "npm install", "node backtest.mjs FILE.csv"])
      expect(text.stdout).toContain(fact);
    const files = [".gitignore", "README.md", "backtest.mjs", "package.json"];
    const json = await shop.atc("init", "program", "two", "--json");
    expect(json.json()).toEqual({ name: "two", folder: join(shop.path, "two"), files });
    expect(readdirSync(join(shop.path, "two")).sort()).toEqual(files);
    expect(readFileSync(join(shop.path, "two/README.md"), "utf8")).toMatch(/^# two\n/);
    expect(JSON.parse(readFileSync(join(shop.path, "two/package.json"), "utf8"))).toMatchObject({ name: "two" });
    expect(await shop.atc("init", "program", "three", "--quiet")).toMatchObject({ code: 0, stdout: "" });
  });

  it.each(["", "..", "a/b", "A", "@me/a", "a b", "x".repeat(101)])("refuses the name %j", async (name) => {
    const run = await shop.atc("init", "program", name, "--json");
    expect([run.code, errorOf(run).code]).toEqual([2, "ATC_INVALID_ARGUMENT"]);
    expect(readdirSync(shop.path)).toEqual([]);
  });

  it("leaves a folder that exists as it is", async () => {
    await mkdir(join(shop.path, "taken"));
    const run = await shop.atc("init", "program", "taken", "--json");
    expect([run.code, errorOf(run).code]).toEqual([2, "ATC_INVALID_ARGUMENT"]);
    expect(readdirSync(join(shop.path, "taken"))).toEqual([]);
  });
});
