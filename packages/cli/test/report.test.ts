import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { barsCsv } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

const bytesOf = (name: string): Promise<Buffer> => readFile(join(shop.path, name));
const runs = (): string => join(shop.path, ".atc", "runs");

async function ids(): Promise<readonly string[]> {
  const listed = (await shop.atc("runs", "list", "--json")).json<readonly { readonly id: string }[]>();
  return listed.map(({ id }) => id);
}

async function refusal(...args: readonly string[]): Promise<readonly [exit: number, code: string, message: string]> {
  const run = await shop.atc("report", ...args, "--json");
  const { code, message } = errorOf(run);
  return [run.code, code, message];
}

describe("atc report", () => {
  it.each([
    ["backtest", ["backtest", "bars.csv", "--fee-bps", "5"]],
    ["sweep", ["sweep", "bars.csv", "--grid", "emaLength=10,20"]],
    ["walk-forward", ["walk-forward", "bars.csv", "--grid", "emaLength=10,20", "--train", "100", "--test", "50"]],
    ["validation", ["validate", "bars.csv", "--samples", "100"]],
  ])("writes the very page that --report of a %s wrote, without the dataset", async (_, args) => {
    await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 300));
    expect((await shop.atc(...args, "--report", "first.html", "--name", "d")).code).toBe(0);
    await shop.atc("data", "rm", "d");
    const run = await shop.atc("report");
    const [id] = await ids();
    expect([run.code, run.stderr]).toEqual([0, expect.stringContaining(`report-${String(id)}.html (`)]);
    expect(Buffer.compare(await bytesOf(`report-${String(id)}.html`), await bytesOf("first.html"))).toBe(0);
  });

  it.each([
    ["sweep", ["sweep", "bars.csv", "--grid", "emaLength=10,20"], "--grid emaLength=10,20 "],
    [
      "walk-forward",
      ["walk-forward", "bars.csv", "--grid", "emaLength=10,20", "--train", "100", "--test", "50"],
      "--train 100",
    ],
    ["validation", ["validate", "bars.csv", "--samples", "100"], "--samples 100"],
  ])("names the command of a %s without a page, whose page is stored later", async (kind, args, words) => {
    await shop.file("bars.csv", barsCsv(["AAA"], 300));
    await shop.atc(...args);
    const [exit, code, message] = await refusal();
    expect([exit, code]).toEqual([2, "ATC_UNSUPPORTED"]);
    expect(message).toContain(`is a ${kind} that was stored without a page; run it again with one: atc ${args[0]}`);
    expect(message).toContain(words);
    expect(message).toMatch(/ --report report\.html$/);
    await shop.atc(...args, "--report", "first.html");
    expect((await shop.atc("report", "-o", "again.html")).code).toBe(0);
    expect(Buffer.compare(await bytesOf("again.html"), await bytesOf("first.html"))).toBe(0);
    await shop.atc(...args, "--report", "first.html", "--force");
    expect(await ids()).toHaveLength(2);
  });

  it("has the JSON of the backtest if the name ends in .json, and of no other run", async () => {
    await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 300));
    const { stdout } = await shop.atc("backtest", "bars.csv", "--json");
    expect((await shop.atc("report", "latest", "-o", "run.json")).code).toBe(0);
    const names = ["dataDir", "cacheDir", "runsDir"];
    const withoutFolders = (text: string): unknown =>
      JSON.parse(text, (key, value: unknown) => (names.includes(key) ? "a folder" : value));
    expect(withoutFolders(await readFile(join(shop.path, "run.json"), "utf8"))).toEqual(withoutFolders(stdout));
    await shop.atc(
      "walk-forward",
      "bars.csv",
      "--grid",
      "emaLength=10,20",
      "--train",
      "100",
      "--test",
      "50",
      "--report",
      "w.html",
    );
    expect(await refusal("-o", "walk.json")).toEqual([
      2,
      "ATC_INVALID_ARGUMENT",
      expect.stringContaining("is a walk-forward"),
    ]);
  });

  it("prints the JSON for -", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 100));
    await shop.atc("backtest", "bars.csv");
    await shop.atc("report", "-o", "run.json");
    const run = await shop.atc("report", "-o", "-");
    expect([run.code, run.stdout]).toEqual([0, String(await bytesOf("run.json"))]);
    expect(await readdir(shop.path)).not.toContain("-");
  });

  it("refuses what it cannot read or write, and writes nothing then", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 300));
    expect(await refusal()).toEqual([4, "ATC_NOT_FOUND", expect.stringContaining("no run is stored")]);
    await shop.atc("backtest", "bars.csv");
    const [id = ""] = await ids();
    await shop.file("mine.html", "mine");
    await mkdir(join(shop.path, "folder.html"));
    expect(await refusal("0123456789")).toEqual([4, "ATC_NOT_FOUND", expect.stringContaining('no run "0123456789"')]);
    for (const [file, code] of [
      ["mine.html", "ATC_INVALID_ARGUMENT"],
      ["folder.html", "ATC_INVALID_ARGUMENT"],
      ["run.pdf", "ATC_INVALID_ARGUMENT"],
      ["no/such/run.html", "ATC_NOT_FOUND"],
    ] as const)
      expect(await refusal("-o", file)).toEqual([expect.any(Number), code, expect.stringContaining("--output")]);
    expect(await refusal("-o", "run.json", "--open")).toEqual([
      2,
      "ATC_INVALID_ARGUMENT",
      expect.stringContaining("--open"),
    ]);
    expect(String(await bytesOf("mine.html"))).toBe("mine");
    const block = join(runs(), id, "report.npz");
    const bytes = await readFile(block);
    await writeFile(block, bytes.subarray(1));
    expect(await refusal()).toEqual([3, "ATC_CORRUPT_DATA", expect.stringContaining("report.npz")]);
    await writeFile(block, bytes);
    const head = join(runs(), id, "run.json");
    const text = await readFile(head, "utf8");
    await writeFile(head, text.replace('"formatVersion": 1', '"formatVersion": 99'));
    expect(await refusal()).toEqual([expect.any(Number), "ATC_UNSUPPORTED", expect.stringContaining("version 99")]);
    await writeFile(head, text);
    expect((await readdir(shop.path)).filter((name) => name.startsWith("report-"))).toEqual([]);
    const forced = await shop.atc("report", id.slice(0, 12), "-o", "mine.html", "--force", "--json");
    expect(forced.json()).toEqual({
      run: id,
      file: join(shop.path, "mine.html"),
      bytes: (await bytesOf("mine.html")).length,
      isComputed: false,
    });
  });
});
