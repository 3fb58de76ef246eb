import { spawnSync } from "node:child_process";
import { chmod, chown, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { barsCsv, bin, runAtc } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

describe("atc backtest --report with a name that ends in .html", () => {
  it("writes a page with the figures of the JSON, beside the table", async () => {
    await shop.file("bars.csv", barsCsv(["A", "B"], 300));
    const run = await shop.atc("backtest", "bars.csv", "--report", "report.html", "--fee-bps", "5");
    expect([run.code, run.stdout]).toEqual([0, expect.stringContaining("portfolio")]);
    expect(run.stderr).toMatch(/wrote .*report\.html \(0\.\d\d MB\)/);
    // The page has all metrics; the terminal has the usual table.
    expect(run.stdout).not.toMatch(/^ulcerIndex/m);
    const page = await readFile(join(shop.path, "report.html"), "utf8");
    const { portfolio } = (await shop.atc("backtest", "bars.csv", "--json", "--fee-bps", "5")).json<{
      portfolio: Record<string, unknown>;
    }>();
    for (const [name, value] of Object.entries(portfolio)) {
      const isMetric = name !== "bankruptAt" && (typeof value !== "object" || value === null);
      if (isMetric) expect(page).toContain(`data-metric="${name}" data-value="${String(value)}"`);
    }
    expect(page).toContain("atc backtest bars.csv --report report.html --fee-bps 5");
    const { path } = shop;
    const absolute = [
      join(path, "bars.csv"),
      "--report",
      join(path, "absolute.html"),
      `--trades=${join(path, "t.csv")}`,
    ];
    expect((await shop.atc("backtest", ...absolute)).code).toBe(0);
    const other = await readFile(join(path, "absolute.html"), "utf8");
    expect(other).toContain("atc backtest bars.csv --report absolute.html --trades=t.csv");
    expect(other).not.toContain(path);
    expect(page).not.toContain(shop.path);
    expect(page).toContain("Costs so far");
  });

  it("prints JSON and writes the page at once, and the columns of --equity stay the same", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    const run = await shop.atc("backtest", "bars.csv", "--report", "report.html", "--equity", "equity.csv", "--json");
    expect(run.code).toBe(0);
    expect(run.json()).toHaveProperty("portfolio.sharpe");
    const equity = await readFile(join(shop.path, "equity.csv"), "utf8");
    expect(equity.split("\n")[0]).toBe("symbol,timestamp,equity,direction,cash,exposure");
  });

  it("is replaced only with --force, and nothing is left of a run that fails", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    await shop.file("report.html", "mine");
    const refused = await shop.atc("backtest", "bars.csv", "--report", "report.html", "--json");
    expect([refused.code, errorOf(refused).message]).toEqual([2, expect.stringContaining("--force")]);
    expect(await readFile(join(shop.path, "report.html"), "utf8")).toBe("mine");
    expect((await shop.atc("backtest", "bars.csv", "--report", "report.html", "--force")).code).toBe(0);
    expect(await readFile(join(shop.path, "report.html"), "utf8")).toContain("<!doctype html>");
    const missing = await shop.atc("backtest", "bars.csv", "--report", "no/such/folder/report.html", "--json");
    expect(missing.code).not.toBe(0);
    expect((await readdir(shop.path)).filter((name) => name.includes("report")).sort()).toEqual(["report.html"]);
  });

  it("is written even if no symbol could be computed", async () => {
    await shop.file("bars.csv", "symbol,timestamp,close\nA,2024-01-01,0\nA,2024-01-02,-1\nA,2024-01-03,1\n");
    const run = await shop.atc("backtest", "bars.csv", "--report", "report.html");
    expect(run.code).not.toBe(0);
    expect(await readFile(join(shop.path, "report.html"), "utf8")).toContain("No symbol could be computed.");
  });

  it("is shown by --open, which needs it", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    const alone = await shop.atc("backtest", "bars.csv", "--open", "--json");
    expect([alone.code, errorOf(alone).message]).toEqual([2, expect.stringContaining("ends in .html")]);
    const json = await shop.atc("backtest", "bars.csv", "--report", "report.json", "--open", "--json");
    expect(json.code).toBe(2);
  });
});

describe.skipIf(process.platform !== "linux")("--open on Linux", () => {
  it("starts xdg-open with the file", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    await mkdir(join(shop.path, "bin"));
    const program = await shop.file("bin/xdg-open", `#!/bin/sh\necho "$1" > "${join(shop.path, "opened.txt")}"\n`);
    await chmod(program, 0o755);
    const { PATH } = process.env;
    process.env["PATH"] = `${join(shop.path, "bin")}:${PATH ?? ""}`;
    try {
      const run = await runAtc(shop.path, ["backtest", "bars.csv", "--report", "report.html", "--open"]);
      expect(run.code).toBe(0);
      const opened = (): Promise<string> => readFile(join(shop.path, "opened.txt"), "utf8").catch(() => "");
      await expect.poll(opened, { timeout: 20_000 }).toBe(`${join(shop.path, "report.html")}\n`);
    } finally {
      process.env["PATH"] = PATH;
    }
  });
});

describe("a place that --report cannot write to", () => {
  const refused = async (...more: string[]): Promise<readonly [number, string, string]> => {
    const run = await shop.atc("backtest", "bars.csv", "--json", ...more);
    const { code, message } = errorOf(run);
    return [run.code, code, message];
  };

  it.each([
    [
      "a folder that is missing",
      "no/such/report.html",
      4,
      "ATC_NOT_FOUND",
      /--report cannot write ".*no.such.report.html"/,
    ],
    ["a folder in place of the file", "folder.html", 2, "ATC_INVALID_ARGUMENT", /is a folder/],
    ["a file in place of the folder", "bars.csv/report.html", 4, "ATC_NOT_FOUND", /--report cannot write/],
    ["an ending of another format", "report.pdf", 2, "ATC_INVALID_ARGUMENT", /end its name in \.html or \.json/],
    ["a file that exists", "mine.html", 2, "ATC_INVALID_ARGUMENT", /--force/],
    ["the data", "bars.csv", 2, "ATC_INVALID_ARGUMENT", /which is the input file/],
  ])("is refused before any work: %s", async (_, file, exit, code, message) => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    await shop.file("mine.html", "mine");
    await mkdir(join(shop.path, "folder.html"));
    const before = (await readdir(shop.path)).sort();
    expect(await refused("--report", file)).toEqual([exit, code, expect.stringMatching(message)]);
    // Nothing is left, and no row was read.
    expect((await readdir(shop.path)).sort()).toEqual(before);
    expect(await readFile(join(shop.path, "mine.html"), "utf8")).toBe("mine");
  });

  it("is refused for every other file likewise, and a name without an ending gets JSON", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    for (const flag of ["--trades", "--equity", "--portfolio"])
      expect(await refused(flag, "no/such/file.csv")).toEqual([4, "ATC_NOT_FOUND", expect.stringContaining(flag)]);
    expect((await shop.atc("backtest", "bars.csv", "--report", "report")).code).toBe(0);
    expect(JSON.parse(await readFile(join(shop.path, "report"), "utf8"))).toHaveProperty("portfolio");
  });

  const isRoot = process.getuid?.() === 0;
  // Root may write everywhere, so the command runs as another user.
  const user = isRoot ? { uid: 65_534, gid: 65_534 } : {};
  const mayRead = spawnSync(
    process.execPath,
    ["-e", `require("fs").readFileSync(${JSON.stringify(bin)})`],
    user,
  ).status;
  it.skipIf(process.platform === "win32" || mayRead !== 0)("is refused if the user may not write there", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    await mkdir(join(shop.path, "locked"));
    await chmod(join(shop.path, "locked"), 0o555);
    if (isRoot) await chown(shop.path, 65_534, 65_534);
    const args = [bin, "backtest", "bars.csv", "--report", "locked/report.html"];
    const options = { ...user, cwd: shop.path, env: { HOME: shop.path }, encoding: "utf8" } as const;
    const { status, stderr } = spawnSync(process.execPath, args, options);
    expect(stderr).toMatch(
      /^error: --report cannot write ".*locked\/report\.html": .*\(EACCES.*; give a file in a folder/,
    );
    expect(status).toBe(6);
    expect(await readdir(join(shop.path, "locked"))).toEqual([]);
  });
});
