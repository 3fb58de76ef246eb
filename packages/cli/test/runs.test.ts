import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { barsCsv, bin, type Run } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

const process_ = promisify(execFile);

/** Runs the built command as a process, with more environment variables; the exit code and its output. */
async function inProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const options = { cwd: shop.path, env: { ...process.env, ...env } };
  return await process_(process.execPath, [bin, ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

const runsFolder = (): string => join(shop.path, ".atc", "runs");

async function listed(): Promise<readonly Record<string, unknown>[]> {
  return (await shop.atc("runs", "list", "--json")).json<readonly Record<string, unknown>[]>();
}

/** Characters that move a cursor, change colours or the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

describe("atc backtest", () => {
  it("stores its run, which list and show describe", async () => {
    await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 300));
    const first = await shop.atc("backtest", "bars.csv");
    const [run, ...others] = await listed();
    expect(others).toEqual([]);
    expect(first.stderr).toContain(`run ${String(run?.["id"])}`);
    expect(await readFile(join(shop.path, ".atc", ".gitignore"), "utf8")).toContain("*");
    const again = await shop.atc("backtest", "bars.csv", "--json");
    expect(again.code).toBe(0);
    expect(await listed()).toHaveLength(1);
    const list = await shop.atc("runs", "list");
    expect(list.stdout).toContain(String(run?.["id"]));
    const show = await shop.atc("runs", "show");
    expect(show.stdout).toMatch(/data +bars\.csv, as dataset bars-/);
    const shown = (await shop.atc("runs", "show", "--json")).json<{ perSymbol: readonly { symbol: string }[] }>();
    expect(shown.perSymbol.map(({ symbol }) => symbol)).toEqual(["AAA", "BBB"]);
    expect(run?.["metrics"]).toMatchObject({
      totalReturn: again.json<{ portfolio: { totalReturn: number } }>().portfolio.totalReturn,
    });
  });

  it("stores nothing with --no-save, and elsewhere with --runs-dir", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 100));
    expect((await shop.atc("backtest", "bars.csv", "--no-save")).code).toBe(0);
    expect(existsSync(join(shop.path, ".atc"))).toBe(false);
    await shop.atc("backtest", "bars.csv", "--runs-dir", "kept");
    expect(existsSync(join(shop.path, ".atc"))).toBe(false);
    expect((await readdir(join(shop.path, "kept"))).length).toBe(2);
    expect((await shop.atc("runs", "list")).stdout).toContain("atc backtest stores one");
  });

  it("has its results and warns if the run cannot be stored", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 100));
    await shop.file(".atc", "a file");
    const { code, stdout, stderr } = await shop.atc("backtest", "bars.csv", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty("portfolio");
    expect(stderr).toMatch(/the run is not stored: ".+runs" is a file/);
  });
});

describe("atc runs verify", () => {
  it.each([
    ["both kernels", { ATC_KERNEL: "reference" }, []],
    ["both kernels and two threads", { ATC_KERNEL: "reference", ATC_EXECUTOR: "worker" }, ["--threads", "2"]],
    ["one thread, without mapping", { ATC_USE_MEMORY_MAPPED: "false", ATC_EXECUTOR: "inline" }, ["--threads", "1"]],
    ["two threads, without mapping", { ATC_USE_MEMORY_MAPPED: "false", ATC_EXECUTOR: "worker" }, ["--threads", "2"]],
  ])("finds the same bits with %s", async (_, env, more) => {
    await shop.file("bars.csv", barsCsv(["AAA", "BBB", "CCC"], 500));
    await shop.atc("backtest", "bars.csv", "--metrics", "all", "--stop-loss", "0.02", "--slippage-bps", "3");
    const { code, stdout } = await inProcess(["runs", "verify", "--json", ...more], env);
    expect(JSON.parse(stdout)).toMatchObject({ isSame: true, symbols: 3, mismatches: [] });
    expect(code).toBe(0);
  });

  it("ends with exit code 8 and names what differs if the code of a strategy was changed", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 200));
    const code = (every: number): string =>
      `export default { name: "own", start: () => ({ decide({ close }, out) { for (let i = 0; i < close.length; i++) out[i] = i % ${every} ? 1 : 0; } }) };\n`;
    await shop.file("own.js", code(3));
    await shop.file("package.json", '{"type":"module"}');
    await shop.atc("backtest", "bars.csv", "--strategy", "./own.js");
    const verified = await shop.atc("runs", "verify");
    expect(verified.stdout).toContain("is the same when it is computed again: 1 symbol");
    expect(verified.stderr).toContain('a backtest reads "bars.csv" again if it has changed');
    await shop.file("own.js", code(4));
    const differs = await shop.atc("runs", "verify");
    expect(differs.code).toBe(8);
    expect(differs.stdout).toMatch(/AAA +trades/);
    const diff = await shop.atc("runs", "diff", "latest");
    expect([diff.code, diff.stdout]).toEqual([8, expect.stringContaining("differ first in the code")]);
    expect(diff.stderr).toContain('a backtest reads "bars.csv" again if it has changed');
  });

  it("says what is missing if the dataset is gone; the run is still listed and shown", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 100));
    await shop.atc("backtest", "bars.csv", "--name", "d");
    await shop.atc("data", "rm", "d");
    const gone = await shop.atc("runs", "verify", "--json");
    expect([gone.code, errorOf(gone).code]).toEqual([4, "ATC_NOT_FOUND"]);
    expect(errorOf(gone).message).toContain('dataset "d", which does not exist any more');
    expect((await shop.atc("runs", "show")).code).toBe(0);
    expect(await listed()).toHaveLength(1);
  });
});

/** Stores a copy of a run, a minute later, with other members. */
async function planted(id: string, change: (run: Record<string, Record<string, unknown>>) => void): Promise<string> {
  const minute = String(Number(id.slice(11, 13)) === 59 ? 0 : Number(id.slice(11, 13)) + 1).padStart(2, "0");
  const other = `${id.slice(0, 11)}${minute}${id.slice(13)}`;
  await cp(join(runsFolder(), id), join(runsFolder(), other), { recursive: true });
  const file = join(runsFolder(), other, "run.json");
  const run = JSON.parse((await readFile(file, "utf8")).replaceAll(id, other));
  change(run);
  const { sha256: _, ...members } = run;
  const text = `${JSON.stringify(members, undefined, 1).slice(0, -2)},\n`;
  await writeFile(file, `${text} "sha256": "${createHash("sha256").update(text).digest("hex")}"\n}\n`);
  return other;
}

describe("planted differences", () => {
  it.each([
    ["another version of a package", "code", "versions", "@atc/backtest", "the code"],
    ["another version of Node", "platform", "platform", "node", "the platform"],
    ["another processor", "platform", "platform", "arch", "the platform"],
    ["another operating system", "platform", "platform", "os", "the platform"],
    ["another version of the strategy", "code", "strategy", "version", "the code"],
  ])("%s is named, with what it changes in the metrics", async (_, layer, member, name, text) => {
    await shop.file("bars.csv", barsCsv(["AAA"], 200));
    await shop.atc("backtest", "bars.csv");
    const id = String((await listed())[0]?.["id"]);
    const other = await planted(id, (run) => {
      Object.assign(run[member] ?? {}, { [name]: "other" });
      Object.assign(run["metrics"] ?? {}, { sharpe: Number(run["metrics"]?.["sharpe"]) + 0.5 });
    });
    const diff = await shop.atc("runs", "diff", id, other, "--json");
    const what = member === "strategy" ? "version of the strategy" : name;
    expect(diff.json()).toMatchObject({
      first: layer,
      differences: [{ layer, what, after: "other" }],
      metrics: [{ metric: "sharpe", due: { data: 0, configuration: 0 } }],
    });
    const [change] = diff.json<{ metrics: readonly { due: { codeAndPlatform: number } }[] }>().metrics;
    expect(change?.due.codeAndPlatform).toBeCloseTo(0.5, 12);
    expect(diff.code).toBe(8);
    expect((await shop.atc("runs", "diff", id, other)).stdout).toContain(`differ first in ${text}`);
  });

  it("another kernel is named as the platform", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 200));
    await shop.atc("backtest", "bars.csv", "--name", "d");
    await inProcess(["backtest", "d", "--quiet"], { ATC_KERNEL: "reference" });
    const [second, first] = await listed();
    const diff = await shop.atc("runs", "diff", String(first?.["id"]), String(second?.["id"]), "--json");
    expect(diff.json()).toMatchObject({
      first: "platform",
      differences: [{ layer: "platform", what: "kernel", before: "wasm", after: "reference" }],
      metrics: [],
    });
    expect(diff.code).toBe(8);
  });

  it("one key is named by diff and compare, and nothing for a run and itself", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 200));
    await shop.atc("backtest", "bars.csv");
    await shop.atc("backtest", "bars.csv", "--fee-bps", "20");
    const [second, first] = (await listed()).map(({ id }) => String(id)) as [string, string];
    const diff = await shop.atc("runs", "diff", first, second);
    expect(diff.stdout).toMatch(/differ first in the configuration/);
    expect(diff.stdout).toMatch(/configuration +feeBps +10 +20/);
    const { stdout } = await shop.atc("runs", "compare", first, second);
    expect(stdout).toMatch(/feeBps +10 +20/);
    expect(stdout).toMatch(/maxDrawdown +\d+\.\d % +\d+\.\d %/);
    expect(stdout).toMatch(/bars +200 +200/);
    const same = await shop.atc("runs", "diff", first, first);
    expect([same.code, same.stdout]).toEqual([0, expect.stringContaining("do not differ")]);
  });

  it("metrics that only one run has are named, and not said to be equal", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 200));
    await shop.atc("backtest", "bars.csv", "--metrics", "all");
    await shop.atc("backtest", "bars.csv", "--fee-bps", "20");
    const [second, first] = (await listed()).map(({ id }) => String(id)) as [string, string];
    expect((await shop.atc("runs", "diff", first, second)).stdout.replace(/\s+/g, " ")).toMatch(
      /only one of the runs was asked for these metrics \(--metrics all\), so they are not compared: \w+, .* more/,
    );
  });

  it("a restated bar is named, and so are the trades that it changes", async () => {
    const text = barsCsv(["AAA", "BBB"], 400);
    await shop.file("bars.csv", text);
    await shop.atc("backtest", "bars.csv", "--name", "d");
    const lines = text.split("\n").map((line) => {
      const [symbol, time = "", open, high, low, close, volume] = line.split(",");
      return symbol === "BBB" && time >= "2020-01-10" && time < "2020-01-11"
        ? [symbol, time, open, 2 * Number(high), low, 1.5 * Number(close), volume].join(",")
        : line;
    });
    await shop.file("bars.csv", lines.join("\n"));
    await shop.atc("ingest", "bars.csv", "--name", "d");
    expect((await shop.atc("runs", "verify")).code).toBe(0);
    const diff = await shop.atc("runs", "diff", "latest");
    expect(diff.stdout).toMatch(/differ first in the rows/);
    expect(diff.stdout).toContain("BBB: 24 changed, 0 added, 0 removed");
    const impact = await shop.atc("runs", "impact", "d");
    expect(impact.code).toBe(8);
    expect(impact.stdout).toMatch(/other rows: BBB/);
    const [json] = (await shop.atc("runs", "impact", "d", "--json")).json<
      { tradedOtherwise: readonly string[] }[]
    >() as unknown as [{ tradedOtherwise: readonly string[] }];
    expect(json.tradedOtherwise).toEqual(["BBB"]);
    await shop.atc("data", "compact", "d");
    const gone = await shop.atc("runs", "verify");
    expect([gone.code, gone.stderr]).toEqual([4, expect.stringContaining("is not there any more")]);
  });
});

describe("atc runs export", () => {
  it("writes an atc.yaml with which the same run results", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 200));
    await shop.atc("backtest", "bars.csv", "--fee-bps", "2.5", "--side", "long");
    const [run] = await listed();
    expect((await shop.atc("runs", "export", "-o", "atc.yaml")).code).toBe(0);
    const again = await shop.atc("backtest", "bars.csv");
    expect(again.stderr).toContain(`the same as run ${String(run?.["id"])}`);
    const refused = await shop.atc("runs", "export", "-o", "atc.yaml");
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("--force")]);
    expect((await shop.atc("runs", "export", "-o", "atc.yaml", "--force")).code).toBe(0);
    expect((await shop.atc("runs", "export")).stdout).toContain("feeBps: 2.5\n");
  });
});

describe("damaged, newer and old runs", () => {
  it("are listed with their problem, and can be removed", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 100));
    for (const fee of ["1", "2", "3"]) await shop.atc("backtest", "bars.csv", "--fee-bps", fee);
    const ids = (await listed()).map(({ id }) => String(id)).sort();
    const [newer = "", damaged = "", good = ""] = ids;
    const head = (id: string): string => join(runsFolder(), id, "run.json");
    await writeFile(
      head(newer),
      (await readFile(head(newer), "utf8")).replace('"formatVersion": 1', '"formatVersion": 9'),
    );
    await writeFile(head(damaged), (await readFile(head(damaged), "utf8")).slice(0, 500));
    const list = await shop.atc("runs", "list");
    expect(list.code).toBe(0);
    expect(list.stdout).toContain(good);
    const problems = new Map(
      (await listed()).map(({ id, problem }) => [id, (problem as { code: string } | undefined)?.code]),
    );
    expect(problems).toEqual(
      new Map([
        [newer, "ATC_UNSUPPORTED"],
        [damaged, "ATC_CORRUPT_DATA"],
        [good, undefined],
      ]),
    );
    expect((await shop.atc("runs", "show", newer)).stderr).toContain("update the @atc packages");
    expect((await shop.atc("runs", "show", damaged)).code).toBe(3);
    expect((await shop.atc("runs", "rm", newer, damaged)).stdout).toContain(`removed ${damaged}`);
    expect(await listed()).toHaveLength(1);
    expect((await shop.atc("runs", "rm", "nothing")).code).toBe(4);
  });

  it("are pruned by number and age, which must be given", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 100));
    for (const fee of ["1", "2", "3"]) await shop.atc("backtest", "bars.csv", "--fee-bps", fee);
    expect((await shop.atc("runs", "prune")).code).toBe(2);
    expect((await shop.atc("runs", "prune", "--keep", "x")).code).toBe(2);
    const dry = await shop.atc("runs", "prune", "--keep", "1", "--dry-run", "--json");
    expect(dry.json<{ runs: string[] }>().runs).toHaveLength(2);
    expect(await listed()).toHaveLength(3);
    const pruned = await shop.atc("runs", "prune", "--older-than", "1d", "--keep", "2");
    expect(pruned.stderr + pruned.stdout).toMatch(/removed 1 run older than 1 day or beyond the newest 2/);
    expect(await listed()).toHaveLength(2);
    const ages = {
      "5": "5 days",
      "36h": "36 hours",
      "48h": "2 days",
      "0.5d": "12 hours",
      "14d": "2 weeks",
      "0": "0 seconds",
    };
    for (const [age, text] of Object.entries(ages)) {
      const { stdout, stderr } = await shop.atc("runs", "prune", "--older-than", age, "--dry-run");
      expect(stderr + stdout).toMatch(new RegExp(`would remove [02] runs older than ${text}`));
    }
  });
});

it("a file in place of the folder of runs is an error that names it", async () => {
  await shop.file("runs.txt", "");
  for (const line of [["list"], ["show"], ["prune", "--keep", "1"]]) {
    const { code, stderr } = await shop.atc("runs", ...line, "--runs-dir", "runs.txt");
    expect([code, stderr]).toEqual([2, expect.stringMatching(/runs\.txt" is a file/)]);
  }
  expect((await shop.atc("runs", "list", "--runs-dir", "none")).stdout).toMatch(/no run in/);
});

it("other commands do not load the modules of stored runs", async () => {
  const folder = new URL("../dist/", import.meta.url);
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".js"));
  expect(names.length).toBeGreaterThan(50);
  for (const name of names) {
    const text = await readFile(new URL(name.split(sep).join("/"), folder), "utf8");
    expect(text, name).not.toMatch(/from "@atc\/(runtime\/runs|runs)"/);
  }
});

describe("hostile names", () => {
  const evil = "<script>alert(1)</script>\u001b[31m\u202eevil,\u0007";
  const long = `L${"x".repeat(9999)}`;
  const name = `b<img>\u001b[31m\u202e.csv`;

  const commands = async (): Promise<readonly Run[]> => {
    const [second, first] = (await listed()).map(({ id }) => String(id)) as [string, string];
    return [
      await shop.atc("runs", "list"),
      await shop.atc("runs", "show"),
      await shop.atc("runs", "compare", first, second),
      await shop.atc("runs", "diff", first, second),
      await shop.atc("runs", "diff", first),
      await shop.atc("runs", "verify"),
      await shop.atc("runs", "export"),
      await shop.atc("runs", "impact", "d"),
    ];
  };

  it("do nothing in the terminal or in JSON", async () => {
    const text = (factor: number): string =>
      barsCsv(["A", "B"], 150)
        .split("\n")
        .map((line, i) =>
          line
            .replace(/^A,/, `"${evil}",`)
            .replace(/^B,/, `${long},`)
            .replace(/,(\d+)$/, (_, volume: string) => `,${i === 100 ? factor * Number(volume) : volume}`),
        )
        .join("\n");
    await mkdir(join(shop.path, "sub"));
    await shop.file(`sub/${name}`, text(1));
    expect((await shop.atc("backtest", `sub/${name}`, "--name", "d")).code).toBe(0);
    await shop.file(`sub/${name}`, text(3));
    expect((await shop.atc("backtest", `sub/${name}`, "--name", "d")).code).toBe(0);
    for (const { stdout, stderr } of await commands()) {
      expect(stdout).not.toMatch(unsafe);
      expect(stderr).not.toMatch(unsafe);
    }
    const shown = (await shop.atc("runs", "show", "--json")).json<{ perSymbol: readonly { symbol: string }[] }>();
    expect(new Set(shown.perSymbol.map(({ symbol }) => symbol))).toEqual(new Set([evil, long]));
  });
});
